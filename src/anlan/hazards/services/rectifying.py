"""A person is told to put it right, does so with proof, and somebody else looks."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.rules.queries import rulebook
from anlan.hazards import policies
from anlan.hazards.models import ActKind, Grade, Hazard, Rectification, Status
from anlan.hazards.queries import hazards as queries
from anlan.hazards.services.reporting import reopen_hazard
from anlan.hazards.services.steps import clock, tell_about, write_act
from anlan.hazards.states import out_of
from anlan.identity.models import Person
from anlan.lib.dates import day_bounds, local_date
from anlan.lib.refusals import BadInput, NotAllowed, Refused, said
from anlan.lib.states import advance


@transaction.atomic
def assign_hazard(hazard: Hazard, to: Person, *, by: User, at: datetime) -> Rectification:
    """Make somebody who works there responsible, within the days that the rule gives the grade."""
    if not queries.works_there(to, hazard.organization):
        raise BadInput("选择的人现在不在这家单位。", "请从名单里选一名在职人员。")
    due = _deadline(hazard, at)
    advance(hazard, Status.ASSIGNED, out_of(Status.ACCEPTED), due_at=due, escalated_at=None)
    order = Rectification.objects.create(hazard=hazard, responsible=to, assigned_at=at, due_at=due)
    day = local_date(due).isoformat()
    write_act(hazard, ActKind.ASSIGNED, by=by, at=at, due=day, to=to.subject)
    tell_about(hazard, [to.user], f"请整改一处隐患，{day} 前完成", at=at, but=by)
    return order


@transaction.atomic
def reassign_hazard(hazard: Hazard, to: Person, reason: str, *, by: User, at: datetime) -> None:
    """Somebody else takes the order over, with its deadline: handing on gains no time.

    The hazard's row is locked first, so that nobody hands in the rectification behind the change.
    """
    words = said(reason, "请写明改派的原因，例如：原责任人已离职。")
    locked = Hazard.objects.select_for_update().get(pk=hazard.pk)
    if locked.status != Status.ASSIGNED:
        raise NotAllowed("只有整改中的隐患可以改派责任人。", "请刷新页面查看最新状态。")
    order = _order(hazard)
    former = order.responsible
    if to == former:
        raise BadInput("选择的人就是现在的责任人。", "请另选一名在职人员。")
    if not queries.works_there(to, hazard.organization):
        raise BadInput("选择的人现在不在这家单位。", "请从名单里选一名在职人员。")
    order.responsible = to
    order.save(update_fields=["responsible"])
    day = local_date(order.due_at).isoformat()
    write_act(
        hazard, ActKind.REASSIGNED, by=by, at=at, words=words, due=day, to=to.subject,
        former=former.subject,
    )  # fmt: skip
    tell_about(hazard, [to.user], f"请整改一处隐患，{day} 前完成", at=at, but=by)
    tell_about(hazard, [former.user], "一处隐患的整改已改派他人", at=at, but=by)


@transaction.atomic
def rectify_hazard(
    hazard: Hazard, words: str, photos: Sequence[StoredFile], *, by: User, at: datetime
) -> None:
    """Put right: what was done, and a photo that shows it."""
    told = said(words, "请写明怎样整改的。")
    if not photos:
        raise BadInput("请上传整改后的照片。", "照片要能看出隐患已经消除。")
    due = clock(hazard, "recheck_days", at)
    advance(hazard, Status.RECTIFIED, out_of(Status.ASSIGNED), due_at=due, escalated_at=None)
    order = _order(hazard)
    if not may_rectify(by, hazard, order):
        raise NotAllowed("整改由责任人或本单位安全员提交。", "请刷新页面查看责任人。")
    order.rectified_by, order.rectified_at = by, at
    order.save(update_fields=["rectified_by", "rectified_at"])
    write_act(hazard, ActKind.RECTIFIED, by=by, at=at, words=told, photos=photos)
    checkers = [] if hazard.grade == Grade.MAJOR else queries.officers_of(hazard.organization)
    others = [one for one in checkers if may_recheck(one, hazard, order, at=at)]
    tell_about(hazard, others or queries.officials_of(hazard), "整改已提交，请复查", at=at, but=by)


@transaction.atomic
def close_hazard(
    hazard: Hazard, words: str, *, by: User, at: datetime, photos: Sequence[StoredFile] = ()
) -> None:
    """The re-check finds nothing left; a revisit is due by the rule."""
    revisit = clock(hazard, "revisit_days", at)
    advance(
        hazard,
        Status.CLOSED,
        out_of(Status.RECTIFIED),
        due_at=revisit,
        escalated_at=None,
        closed_at=at,
    )
    order = _rechecked(hazard, by, at)
    order.closed_by, order.closed_at = by, at
    order.save(update_fields=["closed_by", "closed_at"])
    write_act(hazard, ActKind.CLOSED, by=by, at=at, words=words.strip()[:500], photos=photos)
    told = [hazard.reporter, order.responsible.user, order.rectified_by]
    tell_about(hazard, told, "隐患复查通过，已销号", at=at, but=by)


@transaction.atomic
def refuse_rectification(
    hazard: Hazard, reason: str, *, by: User, at: datetime, photos: Sequence[StoredFile] = ()
) -> None:
    """The re-check finds it still there: the order goes on, by its own deadline."""
    words = said(reason, "请写明复查看到的问题。")
    order = queries.order_of(hazard)
    due = order.due_at if order else None
    advance(hazard, Status.ASSIGNED, out_of(Status.RECTIFIED), due_at=due, escalated_at=None)
    order = _rechecked(hazard, by, at)
    order.rectified_by = order.rectified_at = None
    order.save(update_fields=["rectified_by", "rectified_at"])
    write_act(hazard, ActKind.REFUSED, by=by, at=at, words=words, photos=photos)
    tell_about(hazard, [order.responsible.user], "复查未通过，请继续整改", at=at, but=by)


@transaction.atomic
def revisit_hazard(
    hazard: Hazard,
    words: str,
    *,
    still_there: bool,
    by: User,
    at: datetime,
    photos: Sequence[StoredFile] = (),
) -> None:
    """Look again later: gone for good, or opened again."""
    told = said(words, "请写明复访看到的情况。")
    if still_there:
        reopen_hazard(hazard, told, by=by, at=at, photos=photos)
        return
    waiting = Hazard.objects.filter(pk=hazard.pk, status=Status.CLOSED, revisited_at__isnull=True)
    if not waiting.update(revisited_at=at, due_at=None, escalated_at=None):
        raise NotAllowed("这条隐患已经复访过，或已重新打开。", "请刷新页面查看。")
    hazard.revisited_at, hazard.due_at, hazard.escalated_at = at, None, None
    write_act(hazard, ActKind.REVISITED, by=by, at=at, words=told, photos=photos)


def may_rectify(by: User, hazard: Hazard, order: Rectification) -> bool:
    """Who may hand in a rectification: the person responsible, or the own safety officer."""
    return order.responsible.user_id == by.pk or policies.keeps(by, hazard.organization)


def may_recheck(by: User, hazard: Hazard, order: Rectification, *, at: datetime) -> bool:
    """Somebody who handles the hazard and neither rectified it nor answers for it.

    A major hazard is re-checked by officials where the rule says so.
    """
    if by.pk in (order.rectified_by_id, order.responsible.user_id):
        return False
    book = rulebook(local_date(at), scope=hazard.industry)
    if hazard.grade == Grade.MAJOR and book.flag("hazard.major_by_official"):
        return policies.decides_in(by, hazard.district)
    return policies.may_handle(by, hazard)


def _deadline(hazard: Hazard, at: datetime) -> datetime:
    """The rule's days, or the end of the day that an expert wanted when that comes first.

    A day that is over by then (a hazard opened again) shortens nothing.
    """
    due = clock(hazard, "rectify_days", at)
    if hazard.wanted_by is None:
        return due
    wanted = day_bounds(hazard.wanted_by)[1]
    return min(due, wanted) if wanted > at else due


def _order(hazard: Hazard) -> Rectification:
    order = queries.order_of(hazard)
    if order is None:
        raise NotAllowed("这条隐患没有正在进行的整改。", "请刷新页面查看。")
    return order


def _rechecked(hazard: Hazard, by: User, at: datetime) -> Rectification:
    """The order, once the hazard's step is taken: nobody can change hands behind the check."""
    order = _order(hazard)
    if not may_recheck(by, hazard, order, at=at):
        raise Refused(
            "复查要由整改人和责任人以外的人办理；重大隐患由监管人员复查。",
            "请本单位另一名安全员或区县经办人员复查。",
        )
    return order
