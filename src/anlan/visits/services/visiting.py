"""At the enterprise and after: begun, walked, signed, received or contested, concluded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.lib.dates import day_bounds, local_date
from anlan.lib.refusals import BadInput, NotAllowed, Refused, said
from anlan.lib.states import advance
from anlan.visits.models import DeedKind, Kind, Outcome, Status, Visit
from anlan.visits.queries import visits as queries
from anlan.visits.services.inspecting import Walk, hand_in
from anlan.visits.services.steps import clock, days_by_rule, officers, tell_about, write_deed
from anlan.visits.states import out_of

TEXT_MAX = 1500


@dataclass(frozen=True)
class Spot:
    """Where a phone says it is: degrees and metres."""

    latitude: float
    longitude: float
    accuracy: int | None = None


@transaction.atomic
def begin_visit(
    visit: Visit, spot: Spot | None, photos: Sequence[StoredFile], *, by: User, at: datetime
) -> None:
    """The expert is there: a photo of the gate, and the place where the phone gives it.

    Not before the agreed day, and not if the expert has come to work for the enterprise since.
    """
    if visit.booked_at is not None and at < day_bounds(local_date(visit.booked_at))[0]:
        raise NotAllowed("还没到约定的日子。", "要提前去，请先改期。")
    conflict = queries.conflict_of(by, visit.organization, at)
    if conflict:
        raise Refused(f"您{conflict}，应当回避。", "请区县换一位专家。")
    if not photos:
        raise BadInput("请在企业门口拍一张照片。", "照片和时间一起作为到场的凭据。")
    advance(
        visit,
        Status.RUNNING,
        out_of(Status.BOOKED),
        began_at=at,
        latitude=spot.latitude if spot else None,
        longitude=spot.longitude if spot else None,
        accuracy=spot.accuracy if spot else None,
        due_at=at + timedelta(days=1),
        escalated_at=None,
    )
    write_deed(visit, DeedKind.BEGUN, by=by, at=at, photos=photos, located=spot is not None)
    tell_about(visit, officers(visit), "专家已到，诊疗开始", at=at, but=by)


@transaction.atomic
def end_visit(visit: Visit, walk: Walk, spot: Spot | None, *, by: User, at: datetime) -> bool:
    """Hand in the findings and leave; sent again it changes nothing. Whether it was new."""
    visit = Visit.objects.select_for_update().select_related("organization").get(pk=visit.pk)
    if visit.inspection is not None and visit.inspection.nonce == walk.nonce:
        return False
    inspection, _ = hand_in(walk, Kind.EXPERT, by=by, at=at, synthetic=visit.is_synthetic)
    advance(
        visit,
        Status.VISITED,
        out_of(Status.RUNNING),
        ended_at=at,
        inspection=inspection,
        end_latitude=spot.latitude if spot else None,
        end_longitude=spot.longitude if spot else None,
        end_accuracy=spot.accuracy if spot else None,
        due_at=clock(visit, "report_days", at),
        escalated_at=None,
    )
    write_deed(
        visit,
        DeedKind.ENDED,
        by=by,
        at=at,
        inspection=inspection.subject,
        located=spot is not None,
        wanting=sum(one.outcome == Outcome.WANTING for one in walk.found),
        advised=sum(one.outcome == Outcome.ADVICE for one in walk.found),
    )
    return True


@transaction.atomic
def sign_report(visit: Visit, summary: str, advice: str, *, by: User, at: datetime) -> None:
    """The expert answers for the report; after a contest, for the report as it now reads."""
    words = said(summary, "请用几句话写明总的情况。", TEXT_MAX)
    told = said(advice, "请写明给企业的建议。", TEXT_MAX)
    since = Status.CONTESTED if visit.status == Status.CONTESTED else Status.VISITED
    advance(
        visit,
        Status.SIGNED,
        out_of(since),
        summary=words,
        advice=told,
        signed_at=at,
        due_at=clock(visit, "receive_days", at),
        escalated_at=None,
    )
    write_deed(visit, DeedKind.SIGNED, by=by, at=at, words=f"{words}\n{told}")
    tell_about(visit, officers(visit), "诊疗报告已签发，请签收", at=at, but=by)


@transaction.atomic
def receive_report(visit: Visit, *, by: User, at: datetime) -> None:
    """The enterprise countersigns; a revisit is due by the rule where something was wanting."""
    _refuse_own_report(visit, by)
    days = days_by_rule(visit.organization, "revisit_days", at)
    wanting = visit.inspection and visit.inspection.answers.filter(outcome=Outcome.WANTING).exists()
    day = local_date(at) + timedelta(days=days) if wanting else None
    advance(
        visit,
        Status.RECEIVED,
        out_of(Status.SIGNED),
        received_by=by,
        received_at=at,
        revisit_on=day,
        due_at=day_bounds(day)[1] if day else None,
        escalated_at=None,
    )
    write_deed(visit, DeedKind.RECEIVED, by=by, at=at)
    told = [visit.expert, *queries.officials_of(visit.organization)]
    tell_about(visit, told, "企业已签收诊疗报告", at=at, but=by)


@transaction.atomic
def contest_report(visit: Visit, reason: str, *, by: User, at: datetime) -> None:
    """The enterprise sees it otherwise; the expert answers by signing again."""
    _refuse_own_report(visit, by)
    words = said(reason, "请写明哪一条与实际不符。")
    due = clock(visit, "report_days", at)
    advance(visit, Status.CONTESTED, out_of(Status.SIGNED), due_at=due, escalated_at=None)
    write_deed(visit, DeedKind.CONTESTED, by=by, at=at, words=words)
    told = [visit.expert, *queries.officials_of(visit.organization)]
    tell_about(visit, told, "企业对诊疗报告有异议", at=at, but=by)


@transaction.atomic
def conclude_visit(visit: Visit, words: str, *, by: User, at: datetime) -> None:
    """Nothing is left to do: every hazard that the visit found is closed."""
    told = said(words, "请写明整改的结果。")
    advance(visit, Status.CONCLUDED, out_of(Status.RECEIVED), due_at=None, escalated_at=None)
    left = queries.open_hazards(visit)
    if left:
        raise Refused(f"还有 {left} 条隐患没有销号。", "全部销号以后再办结。")
    write_deed(visit, DeedKind.CONCLUDED, by=by, at=at, words=told)
    tell_about(visit, [visit.expert, *officers(visit)], "诊疗已办结", at=at, but=by)


def _refuse_own_report(visit: Visit, by: User) -> None:
    if visit.expert_id == by.pk:
        raise Refused("专家不能签收自己的报告。", "请企业安全员签收。")
