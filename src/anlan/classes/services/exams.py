"""Final checks: theory and practical for everybody, make-ups at the enterprise's door."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from anlan.assessments.models import Checklist, Practical, Sitting
from anlan.assessments.queries import paper_rule_for
from anlan.assessments.services import schedule_practicals, schedule_sittings
from anlan.classes import queries, results
from anlan.classes.models import Enrolment, EnrolmentStatus, Status, TrainingClass, Trial
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.foundation.notices.services import tell, text
from anlan.identity.services import ensure_account
from anlan.lib.dates import local_date, moment_text
from anlan.lib.masking import mask_name
from anlan.lib.refusals import BadInput, Refused


@transaction.atomic
def arrange_exam(
    klass: TrainingClass,
    *,
    opens_at: datetime,
    closes_at: datetime,
    checklist: Checklist,
    by: User,
    at: datetime,
) -> list[Trial]:
    """Schedule the final theory sitting and practical check of every learner who has none yet."""
    if klass.status != Status.RUNNING:
        raise Refused("开班以后才能安排结业考核。", "首次签到后班级自动变为进行中。")
    if closes_at <= opens_at:
        raise BadInput("考核结束时间应晚于开始时间。", "请核对两个时间。")
    people = list(
        queries.enrolled(klass).filter(trials__isnull=True, status=EnrolmentStatus.ENROLLED)
    )
    if not people:
        raise Refused("名单上的学员都已安排考核。", "有新学员加入后可再次安排。")
    trials = _schedule(klass, people, 0, opens_at, closes_at, checklist, by=by, at=at)
    record(klass.subject, "exam_arranged", by=by, at=at, people=len(trials))
    _tell(klass, people, "结业考核", f"{moment_text(opens_at)} 起", at)
    return trials


@transaction.atomic
def arrange_makeup(
    klass: TrainingClass,
    enrolments: Sequence[Enrolment],
    *,
    scheduled_at: datetime,
    place: str,
    by: User,
    at: datetime,
) -> list[Trial]:
    """Schedule the failed part again, with other items, at the enterprise's door."""
    if not place.strip():
        raise BadInput("请写明补考地点。", "一般为学员所在企业的地址。")
    if scheduled_at < at:
        raise BadInput("补考时间不能早于现在。", "请另选时间。")
    rules = queries.rules_for(klass, local_date(at))
    by_enrolment = results.results_of(klass)
    trials = []
    for enrolment in enrolments:
        result = by_enrolment[enrolment.pk]
        _require_failed(result, rules.whole("makeup.tries_max"))
        trials.append(_make_up(klass, result, scheduled_at, place, by=by, at=at))
    record(klass.subject, "makeup_arranged", by=by, at=at, people=len(trials), place=place)
    _tell(klass, enrolments, "补考", f"{moment_text(scheduled_at)}，{place}", at)
    return trials


def _schedule(
    klass: TrainingClass,
    people: Sequence[Enrolment],
    no: int,
    opens_at: datetime,
    closes_at: datetime,
    checklist: Checklist,
    *,
    by: User,
    at: datetime,
) -> list[Trial]:
    persons = [one.person for one in people]
    sittings = schedule_sittings(
        persons,
        title=f"{klass.title} · 结业理论考试"[:120],
        industry=klass.industry,
        rules=queries.rules_for(klass, local_date(opens_at)),
        paper_rule=paper_rule_for(klass.industry, local_date(opens_at)),
        opens_at=opens_at,
        closes_at=closes_at,
        by=by,
        at=at,
    )
    practicals = schedule_practicals(persons, checklist, opens_at=opens_at, by=by, at=at)
    return Trial.objects.bulk_create(
        Trial(enrolment=one, no=no, sitting=sitting, practical=practical, at=at)
        for one, sitting, practical in zip(people, sittings, practicals, strict=True)
    )


def _make_up(
    klass: TrainingClass,
    result: results.Result,
    scheduled_at: datetime,
    place: str,
    *,
    by: User,
    at: datetime,
) -> Trial:
    person = result.enrolment.person
    sitting: Sitting | None = None
    practical: Practical | None = None
    if not result.theory_passed and result.last_sitting:
        sitting = schedule_sittings(
            [person],
            title=f"{klass.title} · 补考"[:120],
            industry=klass.industry,
            rules=queries.rules_for(klass, local_date(scheduled_at)),
            paper_rule=paper_rule_for(klass.industry, local_date(scheduled_at)),
            opens_at=scheduled_at - timedelta(minutes=30),
            closes_at=scheduled_at + timedelta(hours=8),
            by=by,
            at=at,
            avoid={person.pk: result.last_sitting},
        )[0]
    if not result.practical_passed and result.last_practical:
        practical = schedule_practicals(
            [person], result.last_practical.checklist, opens_at=scheduled_at, by=by, at=at
        )[0]
    return Trial.objects.create(
        enrolment=result.enrolment,
        no=result.tries,
        sitting=sitting,
        practical=practical,
        scheduled_at=scheduled_at,
        place=place,
        at=at,
    )


def _require_failed(result: "results.Result", most: int) -> None:
    name = mask_name(result.enrolment.person.name)
    if not result.tries or result.pending:
        raise Refused(f"{name} 还有未完成的考核。", "请等考核结束后再安排补考。")
    if result.theory_passed and result.practical_passed:
        raise Refused(f"{name} 的考核已经合格，不需要补考。", "请从选择中去掉。")
    if result.used > most:
        raise Refused(f"{name} 已补考 {most} 次，不能再补考。", "需要重新参加培训班。")


def _tell(
    klass: TrainingClass, people: Sequence[Enrolment], what: str, when: str, at: datetime
) -> None:
    tell(
        [ensure_account(one.person, at=at) for one in people],
        f"{what}：{klass.title}",
        body=when,
        url=f"/classes/{klass.uid}/mine",
        at=at,
        dedupe=f"{what}/{klass.uid}/{at:%Y%m%d%H%M}",
    )
    text((one.person.phone for one in people), f"【安澜】{klass.title}{what}：{when}。", at=at)
