"""Classes in every state, made by the services themselves, ready to be played with."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.attendance.services import move_register
from anlan.bookings import services as bookings
from anlan.classes import queries
from anlan.classes.models import ChangeKind, Enrolment, TrainingClass
from anlan.classes.services import applications, changes, closing, exams, reviews
from anlan.courses.models import Syllabus
from anlan.identity.models import Person
from anlan.lib.dates import local_date
from anlan.operations.story import acts
from anlan.operations.story.troupe import Enterprise, Officials, Provider
from anlan.programs.models import Project


@dataclass(frozen=True)
class Stage:
    """Who plays, and on which day. `houses[0]` belongs to the safety officer who can log in."""

    today: datetime
    who: Officials
    house: Provider
    houses: tuple[Enterprise, ...]
    learner: Person
    project: Project
    district: str
    syllabus: Syllabus


def put_on(stage: Stage) -> list[TrainingClass]:
    """One class for every state that somebody may want to try."""
    return [play(stage) for play in PLAYS]


def _plan(stage: Stage, title: str, days: int, quota: int = 12) -> acts.Plan:
    return acts.Plan(
        title=f"{title}（演示）",
        syllabus=stage.syllabus,
        project=stage.project,
        district=stage.district,
        quota=quota,
        first_day=local_date(stage.today + timedelta(days=days)),
        room_first=days == 0,  # so that today's can be signed in to and filmed
    )


def _applied(
    stage: Stage, title: str, days: int, *, quota: int = 12, submit: bool = True
) -> TrainingClass:
    at = stage.today + timedelta(days=min(days, 20) - 26)
    klass = acts.apply(stage.house, _plan(stage, title, days, quota), at=at)
    if submit:
        applications.submit_class(klass, by=stage.house.manager, at=at)
    return klass


def _approved(stage: Stage, title: str, days: int, *, quota: int = 12) -> TrainingClass:
    klass = _applied(stage, title, days, quota=quota)
    at = klass.submitted_at or stage.today
    acts.approve(klass, stage.who, at=at + timedelta(hours=20))
    return klass


def _enrolled(stage: Stage, title: str, days: int, *, learner: bool = True) -> TrainingClass:
    klass = _approved(stage, title, days)
    at = (klass.approved_at or stage.today) + timedelta(days=2)
    for n, (house, count) in enumerate(zip(stage.houses, (6, 4), strict=False)):
        booking = bookings.book_seats(
            klass, house.organization, seats=count, by=house.officer, at=at
        )
        people = list(house.people[1 : count + 1])
        if learner and n == 0:
            people[0] = stage.learner
        bookings.enrol_from_roster(booking, people, by=house.officer, at=at)
    return klass


def _taught(stage: Stage, title: str, days: int, *, learner: bool = True) -> TrainingClass:
    klass = _enrolled(stage, title, days, learner=learner)
    for session in queries.sessions_of(klass):
        people = list(queries.enrolled(klass))
        acts.sign_in_by_code(session, people)
        acts.sign_out_by_code(session, people)
    klass.refresh_from_db()
    return klass


def a_draft(stage: Stage) -> TrainingClass:
    """A draft that misses hours: the rules say which."""
    klass = _applied(stage, "危化品班组长第八期 · 草稿", 21, submit=False)
    last = queries.sessions_of(klass).last()
    if last:
        applications.drop_session(last, by=stage.house.manager, at=stage.today)
    return klass


def a_submitted(stage: Stage) -> TrainingClass:
    return _applied(stage, "危化品班组长第七期", 18)


def a_returned(stage: Stage) -> TrainingClass:
    klass = _applied(stage, "危化品班组长第六期", 24)
    at = stage.today - timedelta(days=1)
    reviews.return_class(klass, by=stage.who.district, at=at, reason="实训场设备清单请写到型号")
    return klass


def a_reviewed(stage: Stage) -> TrainingClass:
    klass = _applied(stage, "危化品班组长第五期", 15)
    reviews.review_class(
        klass, by=stage.who.district, at=stage.today - timedelta(hours=30), reason="同意上报"
    )
    return klass


def an_open(stage: Stage) -> TrainingClass:
    """Open for booking: one enterprise holds seats, another waits, and a change is asked for."""
    klass = _approved(stage, "危化品班组长第四期", 9, quota=10)
    at = stage.today - timedelta(days=2)
    first, second = stage.houses[:2]
    bookings.book_seats(klass, second.organization, seats=8, by=second.officer, at=at)
    bookings.book_seats(
        klass, first.organization, seats=4, by=first.officer, at=at + timedelta(hours=3)
    )
    session = queries.sessions_of(klass)[2]
    other = next(t for t in stage.house.trainers if t.pk != session.trainer_id)
    changes.request_change(
        klass,
        ChangeKind.TRAINER,
        session=session,
        after={"trainer": str(other.uid)},
        reason="原讲师当天有应急演练任务",
        by=stage.house.manager,
        at=stage.today - timedelta(hours=20),
    )
    return klass


def a_today(stage: Stage) -> TrainingClass:
    """Begins now, whatever the hour: put the code on the screen and sign in."""
    klass = _enrolled(stage, "危化品班组长第三期 · 今天开班", 0)
    session = queries.sessions_of(klass)[0]
    if session.register:
        move_register(
            session.register,
            starts_at=stage.today - timedelta(minutes=5),
            ends_at=stage.today + timedelta(hours=3, minutes=25),
            place=session.place,
            rules=queries.rules_for(klass, session.day),
        )
    return klass


def an_examined(stage: Stage) -> TrainingClass:
    """All taught; the exam is open now, for the learner who can log in too."""
    klass = _taught(stage, "危化品班组长第二期 · 正在考试", -4)
    acts.record_sessions(klass, by=stage.house.manager)
    opens_at = stage.today - timedelta(minutes=20)
    exams.arrange_exam(
        klass,
        opens_at=opens_at,
        closes_at=stage.today + timedelta(days=2),
        checklist=acts.checklist_of(klass),
        by=stage.house.manager,
        at=opens_at,
    )
    return klass


def a_failed(stage: Stage) -> TrainingClass:
    """Two learners failed and recordings are missing: it can't be closed yet."""
    klass = _taught(stage, "危化品班组长第一期 · 待补考", -12)
    _examined(stage, klass, failing=2)
    return klass


def a_ready(stage: Stage) -> TrainingClass:
    """Everything stands: close it and look at the report."""
    klass = _taught(stage, "危化品新任班组长第三期 · 可结班", -18)
    acts.record_sessions(klass, by=stage.house.manager)
    _examined(stage, klass)
    acts.rate(list(queries.enrolled(klass)), at=stage.today - timedelta(days=8))
    return klass


def a_closed(stage: Stage) -> TrainingClass:
    """Closed; the worker seals it and issues the certificates."""
    klass = _taught(stage, "危化品新任班组长第二期", -26)
    acts.record_sessions(klass, by=stage.house.manager)
    failed = _examined(stage, klass, failing=1)
    acts.make_up(
        klass,
        stage.house,
        failed,
        at=stage.today - timedelta(days=14),
        place=stage.houses[0].organization.address,
    )
    acts.rate(list(queries.enrolled(klass)), at=stage.today - timedelta(days=13))
    closing.close_class(klass, by=stage.house.manager, at=stage.today - timedelta(days=12))
    return klass


def a_cancelled(stage: Stage) -> TrainingClass:
    klass = _approved(stage, "危化品新任班组长第四期", 12)
    reviews.cancel_class(
        klass, by=stage.who.city, at=stage.today - timedelta(days=1), reason="报名企业停产检修"
    )
    return klass


def _examined(stage: Stage, klass: TrainingClass, failing: int = 0) -> list[Enrolment]:
    """Everybody sits the final check the day after the last session; returns who failed."""
    people = list(queries.enrolled(klass))
    failed = people[1 : failing + 1]
    last = queries.registers_of(klass)[-1]
    acts.examine(
        klass,
        stage.house,
        opens_at=last.ends_at + timedelta(hours=15, minutes=30),
        failing=frozenset(one.pk for one in failed),
    )
    klass.refresh_from_db()
    return failed


PLAYS = (
    a_closed,
    a_ready,
    a_failed,
    an_examined,
    a_today,
    an_open,
    a_reviewed,
    a_submitted,
    a_returned,
    a_draft,
    a_cancelled,
)
