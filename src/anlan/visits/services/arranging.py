"""From the request to the appointment: asked or ordered, an expert sent, a time agreed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from anlan.foundation.accounts.models import User
from anlan.lib.dates import moment_text
from anlan.lib.refusals import BadInput, NotAllowed, Refused, said
from anlan.lib.states import advance
from anlan.organizations.models import Kind, Organization
from anlan.organizations.models import Status as Standing
from anlan.visits.models import DeedKind, Slot, Status, Visit
from anlan.visits.queries import visits as queries
from anlan.visits.services.steps import clock, days_by_rule, officers, tell_about, write_deed
from anlan.visits.states import VISIT_STEPS, out_of

OFFERED = 3


@transaction.atomic
def request_visit(
    organization: Organization, wish: str, *, by: User, at: datetime, synthetic: bool = False
) -> Visit:
    """The enterprise asks for an expert."""
    words = said(wish, "请写明想请专家看什么。")
    visit = _new(organization, words, by, at, ordered=False, synthetic=synthetic)
    write_deed(visit, DeedKind.REQUESTED, by=by, at=at, words=words)
    told = queries.officials_of(organization)
    tell_about(visit, told, "企业申请专家诊疗，请派专家", at=at, but=by)
    return visit


@transaction.atomic
def order_visit(
    organization: Organization, reason: str, *, by: User, at: datetime, synthetic: bool = False
) -> Visit:
    """An official has an enterprise looked at, for a reason that it reads."""
    words = said(reason, "请写明安排诊疗的理由，企业会看到。")
    visit = _new(organization, words, by, at, ordered=True, synthetic=synthetic)
    write_deed(visit, DeedKind.ORDERED, by=by, at=at, words=words)
    tell_about(visit, officers(visit), "将有专家到本企业诊疗", at=at, but=by)
    return visit


@transaction.atomic
def assign_expert(visit: Visit, expert: User, *, by: User, at: datetime, reason: str = "") -> None:
    """Send an expert of the industry who has nothing to do with the enterprise; replacing one
    takes a reason."""
    _refuse_unless_fit(visit, expert, at)
    before = visit.expert
    words = said(reason, "请写明为什么换专家。") if before is not None else reason.strip()
    advance(
        visit,
        Status.ASSIGNED,
        VISIT_STEPS,
        expert=expert,
        booked_at=None,
        due_at=clock(visit, "propose_days", at),
        escalated_at=None,
    )
    visit.slots.all().delete()
    write_deed(visit, DeedKind.ASSIGNED, by=by, at=at, words=words, expert=str(expert.uid))
    tell_about(visit, [expert], "有一次诊疗派给您，请提出三个时间", at=at, but=by)
    tell_about(visit, [*officers(visit), before], "诊疗已指派专家", at=at, but=by)


@transaction.atomic
def propose_times(visit: Visit, times: Sequence[datetime], *, by: User, at: datetime) -> None:
    """Three moments ahead, for the enterprise to pick from."""
    offered = sorted(set(times))
    most = days_by_rule(visit.organization, "ahead_days", at)
    if len(offered) != OFFERED:
        raise BadInput(f"请提出 {OFFERED} 个不同的时间。", "企业从中选一个。")
    if offered[0] <= at or offered[-1] > at + timedelta(days=most):
        raise BadInput(f"时间要在今后 {most} 天以内。", "请改好后再提交。")
    due = clock(visit, "choose_days", at)
    advance(visit, Status.PROPOSED, out_of(Status.ASSIGNED), due_at=due, escalated_at=None)
    visit.slots.all().delete()
    Slot.objects.bulk_create(Slot(visit=visit, starts_at=one) for one in offered)
    words = "\n".join(moment_text(one) for one in offered)
    write_deed(visit, DeedKind.PROPOSED, by=by, at=at, words=words, times=len(offered))
    tell_about(visit, officers(visit), "专家提出了时间，请选一个", at=at, but=by)


@transaction.atomic
def decline_times(visit: Visit, reason: str, *, by: User, at: datetime) -> None:
    """None of the three fits: the expert offers others."""
    words = said(reason, "请写明哪些时间方便。")
    due = clock(visit, "propose_days", at)
    advance(visit, Status.ASSIGNED, out_of(Status.PROPOSED), due_at=due, escalated_at=None)
    visit.slots.all().delete()
    write_deed(visit, DeedKind.DECLINED, by=by, at=at, words=words)
    tell_about(visit, [visit.expert], "企业说时间都不合适，请另提", at=at, but=by)


@transaction.atomic
def choose_time(visit: Visit, slot: Slot, *, by: User, at: datetime) -> None:
    """Agreed: the visit is booked for one of the three moments."""
    if slot.visit_id != visit.pk:
        raise BadInput("这个时间已经不在可选之列。", "请刷新页面重新选。")
    if slot.starts_at <= at:
        raise BadInput("这个时间已经过去。", "请选另一个，或请专家另提时间。")
    advance(
        visit,
        Status.BOOKED,
        out_of(Status.PROPOSED),
        booked_at=slot.starts_at,
        due_at=slot.starts_at + timedelta(days=1),
        escalated_at=None,
    )
    when = moment_text(slot.starts_at)
    write_deed(visit, DeedKind.BOOKED, by=by, at=at, words=when, starts_at=when)
    tell_about(visit, [visit.expert, *officers(visit)], f"诊疗约在 {when}", at=at, but=by)


@transaction.atomic
def move_visit(visit: Visit, reason: str, *, by: User, at: datetime) -> None:
    """The agreed time no longer fits somebody; the expert offers others."""
    words = said(reason, "请写明为什么改期。")
    due = clock(visit, "propose_days", at)
    advance(
        visit, Status.ASSIGNED, out_of(Status.BOOKED), booked_at=None, due_at=due, escalated_at=None
    )
    visit.slots.all().delete()
    write_deed(visit, DeedKind.MOVED, by=by, at=at, words=words)
    tell_about(visit, [visit.expert, *officers(visit)], "诊疗改期，待专家另提时间", at=at, but=by)


@transaction.atomic
def cancel_visit(visit: Visit, reason: str, *, by: User, at: datetime) -> None:
    """It won't take place. Once begun, the enterprise can't call it off."""
    words = said(reason, "请写明取消的原因，各方都会看到。")
    advance(visit, Status.CANCELLED, VISIT_STEPS, due_at=None, escalated_at=None)
    write_deed(visit, DeedKind.CANCELLED, by=by, at=at, words=words)
    told = [visit.expert, visit.requested_by, *officers(visit)]
    tell_about(visit, told, "诊疗已取消", at=at, but=by)


@transaction.atomic
def order_revisit(visit: Visit, *, by: User, at: datetime) -> Visit:
    """The second visit, by the same expert where that still may be; it compares item by item."""
    if visit.status not in (Status.RECEIVED, Status.CONCLUDED):
        raise NotAllowed("企业签收报告以后才安排回访。", "请按当前步骤办理。")
    words = f"回访 {visit.ended_at:%Y-%m-%d} 的诊疗"
    second = _new(
        visit.organization, words, by, at, ordered=True, synthetic=visit.is_synthetic, follows=visit
    )
    write_deed(second, DeedKind.ORDERED, by=by, at=at, words=words)
    tell_about(second, officers(second), "专家将回访本企业", at=at, but=by)
    expert = visit.expert
    if expert is not None and not _against(expert, visit.organization, at):
        assign_expert(second, expert, by=by, at=at)
    return second


def _new(
    organization: Organization,
    words: str,
    by: User,
    at: datetime,
    *,
    ordered: bool,
    synthetic: bool,
    follows: Visit | None = None,
) -> Visit:
    if organization.kind != Kind.EMPLOYER or organization.status != Standing.APPROVED:
        raise Refused("只有登记通过的企业可以安排诊疗。", "请先完成单位登记。")
    visit = Visit(
        organization=organization,
        district=organization.district,
        industry=organization.key_industry,
        wish=words,
        requested_by=by,
        requested_at=at,
        is_ordered=ordered,
        follows=follows,
        is_synthetic=synthetic,
    )
    visit.due_at = clock(visit, "assign_days", at)
    try:
        with transaction.atomic():
            visit.save()
    except IntegrityError as twice:
        raise Refused("这家企业已有一次诊疗在安排。", "请在那一次里办理，或先取消它。") from twice
    return visit


def _refuse_unless_fit(visit: Visit, expert: User, at: datetime) -> None:
    against = _against(expert, visit.organization, at)
    if against:
        raise Refused(f"不能派{expert.name}：{against}。", "请选另一位专家。")


def _against(expert: User, organization: Organization, at: datetime) -> str:
    if not expert.is_active or not queries.fits(expert, organization, at):
        return "不是这个行业的专家"
    conflict = queries.conflict_of(expert, organization, at)
    return f"{conflict}，应当回避" if conflict else ""
