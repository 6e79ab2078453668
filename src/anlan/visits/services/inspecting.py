"""A walk is handed in whole, once; what is wanting becomes a hazard at once."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.services import record_many
from anlan.foundation.rules.queries import rulebook
from anlan.hazards.models import Grade, Hazard, Source
from anlan.hazards.services.reporting import Report, report_hazard
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, Refused, said
from anlan.organizations.models import Organization
from anlan.organizations.models import Status as Standing
from anlan.visits.lines import inspection_line
from anlan.visits.models import Answer, Checklist, Inspection, Item, Kind, Measure, Outcome
from anlan.visits.queries.checklists import items_of, risk_on
from anlan.visits.queries.inspections import open_by_item, sent_before

SOURCES = {Kind.SELF_CHECK: Source.SELF_CHECK, Kind.EXPERT: Source.EXPERT}


@dataclass(frozen=True)
class Found:
    """What was found on one item. `same`: it is the hazard of an earlier walk, still open.

    `counts` is (numerator, denominator) where the item counts; `wanted_by` an expert's deadline.
    """

    item: Item
    outcome: Outcome
    place: str = ""
    words: str = ""
    photos: Sequence[StoredFile] = ()
    same: bool = False
    grade: Grade | None = None
    wanted_by: date | None = None
    counts: tuple[int, int] | None = None


@dataclass(frozen=True)
class Walk:
    """One walk as it is handed in; `nonce` is the sender's number for it."""

    organization: Organization
    checklists: Sequence[Checklist]
    found: Sequence[Found]
    nonce: uuid.UUID
    begun_at: datetime | None = None


@transaction.atomic
def hand_in_self_check(
    walk: Walk, *, by: User, at: datetime, synthetic: bool = False
) -> tuple[Inspection, bool]:
    """The enterprise's own walk; the same `nonce` again gives the one there is."""
    return hand_in(walk, Kind.SELF_CHECK, by=by, at=at, synthetic=synthetic)


@transaction.atomic
def hand_in(
    walk: Walk, kind: Kind, *, by: User, at: datetime, synthetic: bool = False
) -> tuple[Inspection, bool]:
    """Keep a walk of either kind. The second answer says whether it is new.

    Raises `BadInput` when an item is unanswered, or what was found lacks its words or photo.
    """
    known = sent_before(by, walk.nonce)
    if known is not None:
        return known, False
    if walk.organization.status != Standing.APPROVED:
        raise Refused("单位登记通过以后才能检查。", "请先完成单位登记。")
    _refuse_gaps(walk, kind)
    inspection = Inspection(
        organization=walk.organization,
        kind=kind,
        by=by,
        nonce=walk.nonce,
        begun_at=_begun(walk.begun_at, at),
        handed_in_at=at,
        is_synthetic=synthetic,
    )
    try:
        with transaction.atomic():
            inspection.save()
    except IntegrityError:  # the same walk by another connection, a moment ago
        return Inspection.objects.get(by=by, nonce=walk.nonce), False
    inspection.checklists.set(walk.checklists)
    _write_answers(inspection, walk)
    return inspection, True


def _write_answers(inspection: Inspection, walk: Walk) -> None:
    known = open_by_item(walk.organization)
    answers = Answer.objects.bulk_create(
        Answer(
            inspection=inspection,
            item=one.item,
            outcome=one.outcome,
            place=one.place.strip()[:100],
            words=one.words.strip(),
            hazard=_hazard(inspection, one, known.get(one.item.key)),
        )
        for one in walk.found
    )
    for answer, one in zip(answers, walk.found, strict=True):
        if one.photos:
            answer.photos.set(one.photos)
    Measure.objects.bulk_create(
        Measure(
            inspection=inspection,
            key=one.item.measure,
            numerator=one.counts[0],
            denominator=one.counts[1],
        )
        for one in walk.found
        if one.item.measure and one.counts and one.outcome != Outcome.ABSENT
    )
    told = [
        [one.item.key, one.outcome, one.words.strip(), [p.sha256 for p in one.photos]]
        for one in walk.found
    ]
    sums = {str(o): sum(f.outcome == o for f in walk.found) for o in Outcome}
    lists = [f"{one.industry or 'general'}/{one.number}" for one in walk.checklists]
    record_many([inspection_line(inspection, inspection.by, told, lists=lists, **sums)])


def _hazard(inspection: Inspection, found: Found, known: Hazard | None) -> Hazard | None:
    """The hazard that an answer is; an earlier one where the sender says that it is still that."""
    if found.outcome != Outcome.WANTING:
        return None
    if found.same and known is not None:
        return known
    at = inspection.handed_in_at
    report = Report(
        organization=inspection.organization,
        place=found.place.strip() or found.item.section,
        what=found.words,
        risk=risk_on(found.item.risk, local_date(at)),
        grade=found.grade or Grade(found.item.grade),
        nonce=uuid.uuid5(inspection.nonce, found.item.key),
        photos=found.photos,
        found_at=inspection.begun_at,
        wanted_by=found.wanted_by,
    )
    source = SOURCES[Kind(inspection.kind)]
    synthetic = inspection.is_synthetic
    return report_hazard(report, source=source, by=inspection.by, at=at, synthetic=synthetic)[0]


def _refuse_gaps(walk: Walk, kind: Kind) -> None:
    asked = {item.pk: item for item in items_of(walk.checklists)}
    if not asked:
        raise Refused("还没有可用的检查清单。", "请市级人员先发布通用清单。")
    given = [one.item.pk for one in walk.found]
    left = [item for pk, item in asked.items() if pk not in given]
    if left:
        raise BadInput(f"还有 {len(left)} 项没有答，第一项是「{left[0].text}」。", "答完再提交。")
    if len(set(given)) != len(given) or set(given) - set(asked):
        raise BadInput("清单和答案对不上。", "请刷新页面后再提交，已答的还在。")
    for one in walk.found:
        _refuse_gap(one, kind)


def _refuse_gap(one: Found, kind: Kind) -> None:
    name = f"「{one.item.text}」"
    if one.outcome == Outcome.ADVICE and kind != Kind.EXPERT:
        raise BadInput(f"{name}自查只选合格、不合格、不适用。", "请改选后再提交。")
    if one.outcome in (Outcome.WANTING, Outcome.ADVICE) and not one.same:
        said(one.words, f"{name}请写明看到了什么。")
    if one.outcome == Outcome.WANTING and not one.same and not one.photos:
        raise BadInput(f"{name}不合格，请拍一张照片。", "照片能让整改的人看清位置和状况。")
    if one.item.measure and one.outcome != Outcome.ABSENT:
        _refuse_counts(name, one.counts)


def _refuse_counts(name: str, counts: tuple[int, int] | None) -> None:
    if counts is None:
        raise BadInput(f"{name}请填两个数。", "现场数一数再填；数不了的选“不适用”。")
    done, of = counts
    if of < 1 or not 0 <= done <= of:
        raise BadInput(f"{name}前一个数不能大于后一个，后一个至少是 1。", "请核对后再提交。")


def _begun(claimed: datetime | None, at: datetime) -> datetime:
    """The device's time is believed within the rule's days before, never after."""
    days = rulebook(local_date(at)).number("visits.offline_days")
    if claimed is None or not at - timedelta(days=days) <= claimed <= at:
        return at
    return claimed
