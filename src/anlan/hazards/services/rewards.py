"""The reward ledger: what the rule gives, proposed by the district, approved by the city, paid."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import IntegrityError, transaction
from django.urls import reverse

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import users_with
from anlan.foundation.ledger.services import record_many
from anlan.foundation.notices.services import tell
from anlan.foundation.rules.queries import rulebook
from anlan.hazards.lines import tip_line
from anlan.hazards.models import Reward, RewardStatus, Tip, TipKind, TipStatus
from anlan.hazards.states import REWARD_STEPS
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.lib.states import advance

FEN = Decimal("0.01")


def reward_by_rule(kind: str, fine: Decimal, *, at: datetime) -> tuple[Decimal, str]:
    """Yuan and the clause: a share of the fine within bounds, or the flat sum of the kind."""
    book = rulebook(local_date(at))
    if kind == TipKind.VIOLATION:
        rule = book.ruling("tip.reward_violation")
        return Decimal(str(rule.value)).quantize(FEN), rule.clause
    rule = book.ruling("tip.reward_major")
    share, least, most = (Decimal(str(rule.value[name])) for name in ("share", "min", "max"))
    amount = min(max(fine * share, least), most)
    return amount.quantize(FEN, ROUND_HALF_UP), rule.clause


@transaction.atomic
def propose_reward(tip: Tip, *, fine: Decimal, by: User, at: datetime) -> Reward:
    """The district proposes what the rule gives on the day, once a tip."""
    if tip.status != TipStatus.CONFIRMED:
        raise NotAllowed("核实属实的举报才能奖励。", "请先作出核实结论。")
    if fine < 0:
        raise BadInput("处罚金额不能小于 0。", "没有处罚的填 0。")
    amount, clause = reward_by_rule(tip.kind, fine, at=at)
    reward = Reward(tip=tip, amount=amount, fine=fine, clause=clause, proposed_by=by)
    reward.proposed_at = at
    try:
        with transaction.atomic():
            reward.save()
    except IntegrityError as twice:
        raise NotAllowed("这条举报已经提出过奖励。", "请刷新页面查看。") from twice
    _line(reward, "reward_proposed", by, at, yuan=f"{amount:.2f}")
    city = users_with(Role.CITY_OFFICIAL, ScopeKind.CITY)
    tell(
        [one for one in city if one != by],
        "举报奖励待审批",
        url=reverse("hazards:tip", args=[tip.uid]),
        at=at,
        dedupe=f"{tip.subject}/reward/{at.timestamp():.6f}",
    )
    return reward


@transaction.atomic
def decide_reward(reward: Reward, *, approve: bool, reason: str, by: User, at: datetime) -> None:
    """The city agrees, or sends it back with a reason; never who proposed it."""
    if reward.proposed_by_id == by.pk:
        raise NotAllowed("奖励由提出人以外的市级人员审批。", "请交由另一位同事审批。")
    words = reason.strip()[:300]
    if not approve and not words:
        raise BadInput("请写明不批准的原因。", "区县经办会看到。")
    to = RewardStatus.APPROVED if approve else RewardStatus.RETURNED
    advance(reward, to, REWARD_STEPS, decided_by=by, decided_at=at, reason=words)
    _line(reward, f"reward_{to.value}", by, at)


@transaction.atomic
def pay_reward(reward: Reward, *, by: User, at: datetime) -> None:
    """Handed out to whoever showed the receipt code."""
    advance(reward, RewardStatus.PAID, REWARD_STEPS, paid_by=by, paid_at=at)
    _line(reward, "reward_paid", by, at)


def _line(reward: Reward, verb: str, by: User, at: datetime, **data: str) -> None:
    record_many([tip_line(reward.tip, verb, by, at, **data)])
