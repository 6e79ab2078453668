"""The acts of a class's story, each by the services, each at a time of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from anlan.assessments.models import Checklist, Item, Sitting
from anlan.assessments.services import mark_practical, save_answer, start_sitting, submit_sitting
from anlan.attendance.codes import code_at
from anlan.attendance.models import MarkKind, Register
from anlan.classes import queries
from anlan.classes.models import Enrolment, HalfDay, Session, TrainingClass, Trial
from anlan.classes.services import applications, door, exams, reviews, surveys
from anlan.courses.models import Mode, Syllabus
from anlan.foundation.accounts.models import User
from anlan.foundation.files.services import keep
from anlan.identity.models import Person
from anlan.identity.services import ensure_account
from anlan.operations.story.troupe import Officials, Provider
from anlan.programs.models import Project
from anlan.recordings.services import file_recording

# A 1×1 grey PNG: stands for a photo where a story needs one and nobody is there to be photographed.
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b"
    "550000000a49444154789c636800000082008177cd72b60000000049454e44ae"
    "426082"
)
STAND_IN_VIDEO = b"ANLAN DEMONSTRATION: no recording was made; this file stands in for one.\n"


@dataclass(frozen=True)
class Plan:
    """What class is to be held, from which day on."""

    title: str
    syllabus: Syllabus
    project: Project
    district: str
    quota: int
    first_day: date
    room_first: bool = False  # what is taught in a room comes before what is taught online


def apply(house: Provider, plan: Plan, *, at: datetime) -> TrainingClass:
    """Write the application and lay its timetable; it is not submitted yet."""
    wish = applications.Application(
        title=plan.title,
        project=plan.project,
        syllabus=plan.syllabus,
        district=plan.district,
        quota=plan.quota,
        equipment="投影、模拟人、气体检测仪",
    )
    klass = applications.draft_class(house.organization, wish, by=house.manager, at=at)
    lay_timetable(klass, house, plan, at=at)
    return klass


def lay_timetable(klass: TrainingClass, house: Provider, plan: Plan, *, at: datetime) -> None:
    """The syllabus's modules on consecutive half-days."""
    places = list(plan.syllabus.places.select_related("module").order_by("order"))
    if plan.room_first:
        places.sort(key=lambda place: place.module.mode == Mode.ONLINE)
    for n, place in enumerate(places):
        module = place.module
        online = module.mode == Mode.ONLINE
        slot = applications.Slot(
            day=plan.first_day + timedelta(days=n // 2),
            half=HalfDay.AFTERNOON if n % 2 else HalfDay.MORNING,
            module=module,
            trainer=house.trainers[n % len(house.trainers)],
            venue=None if online else house.rooms[1 if module.practical else 0],
            mode=Mode(module.mode),
        )
        applications.put_session(klass, slot, hours=module.hours, by=house.manager, at=at)


def approve(klass: TrainingClass, who: Officials, *, at: datetime) -> None:
    """District reviews, city approves."""
    reviews.review_class(klass, by=who.district, at=at, reason="材料齐全，同意上报")
    later = at + timedelta(hours=4)
    reviews.approve_class(klass, by=who.city, at=later, reason="符合年度计划，同意开班")


def sign_in_by_code(
    session: Session, people: Sequence[Enrolment], *, minutes_before: int = 12
) -> None:
    """Learners scan the screen one after another before the session begins."""
    register = _register(session)
    for n, one in enumerate(people):
        at = register.starts_at - timedelta(minutes=minutes_before) + timedelta(seconds=7 * n)
        _scan(session, one.person, MarkKind.IN, at)


def sign_out_by_code(session: Session, people: Sequence[Enrolment]) -> None:
    """Learners scan the screen when the session has ended."""
    register = _register(session)
    for n, one in enumerate(people):
        _scan(session, one.person, MarkKind.OUT, register.ends_at + timedelta(seconds=5 * n + 20))


def _scan(session: Session, person: Person, kind: MarkKind, at: datetime) -> None:
    door.sign_by_code(
        session,
        person,
        kind,
        code_at(_register(session), at).token,
        by=ensure_account(person, at=at),
        at=at,
        device=f"phone-{person.pk}",
    )


def record_sessions(klass: TrainingClass, *, by: User) -> None:
    """File a stand-in recording for every offline session that has none."""
    for session in queries.sessions_of(klass).filter(mode=Mode.OFFLINE, recordings=None):
        register = _register(session)
        at = register.ends_at + timedelta(hours=1)
        file = keep(
            [STAND_IN_VIDEO, str(session.uid).encode()],
            name=f"{session.day}-{session.half}.mp4",
            by=by,
            at=at,
        )
        recording = file_recording(
            file=file,
            title=f"{session.day} {session.get_half_display()} {session.topic}",
            starts_at=register.starts_at,
            ends_at=register.ends_at,
            by=by,
            at=at,
        )
        door.attach_recording(session, recording)


def examine(
    klass: TrainingClass, house: Provider, *, opens_at: datetime, failing: frozenset[int]
) -> list[Trial]:
    """Everybody sits the theory paper and is checked at the practical; `failing` are enrolments."""
    checklist = checklist_of(klass)
    trials = exams.arrange_exam(
        klass,
        opens_at=opens_at,
        closes_at=opens_at + timedelta(hours=4),
        checklist=checklist,
        by=house.manager,
        at=opens_at - timedelta(minutes=30),
    )
    for trial in trials:
        take(trial, house.examiner, at=opens_at, fails=trial.enrolment_id in failing)
    return trials


def take(trial: Trial, examiner: User, *, at: datetime, fails: bool = False) -> None:
    """One learner takes what a trial holds."""
    person = trial.enrolment.person
    if trial.sitting:
        sit(trial.sitting, ensure_account(person, at=at), at=at, fails=fails)
    if trial.practical:
        photo = keep([DOT, str(trial.practical.uid).encode()], name="实操.png", by=examiner, at=at)
        mark_practical(
            trial.practical,
            marks={item["key"]: True for item in trial.practical.checklist.items},
            photo=photo,
            remark="",
            by=examiner,
            at=at + timedelta(hours=1),
        )


def sit(sitting: Sitting, by: User, *, at: datetime, fails: bool = False) -> None:
    """Start, answer, submit. Who fails answers nothing right."""
    start_sitting(sitting, by=by, at=at, device=f"phone-{sitting.person_id}")
    right = Item.objects.in_bulk([question["item"] for question in sitting.questions])
    answers: dict[str, list[int]] = {}
    for no, question in enumerate(sitting.questions, start=1):
        item = right[question["item"]]
        shown = [i for i, original in enumerate(question["order"]) if original in item.answer]
        wrong = [i for i in range(len(item.options)) if i not in shown][:1]
        answers[str(no)] = wrong if fails else shown
    save_answer(sitting, 1, answers["1"], by=by, at=at + timedelta(minutes=2))
    submit_sitting(sitting, answers=answers, by=by, at=at + timedelta(minutes=25))


def make_up(
    klass: TrainingClass, house: Provider, people: Sequence[Enrolment], *, at: datetime, place: str
) -> list[Trial]:
    """Those who failed try again at their enterprise's door, and pass."""
    trials = exams.arrange_makeup(
        klass,
        people,
        scheduled_at=at,
        place=place,
        by=house.manager,
        at=at - timedelta(days=1),
    )
    for trial in trials:
        take(trial, house.examiner, at=at)
    return trials


def rate(people: Sequence[Enrolment], *, at: datetime) -> None:
    """Learners fill in the 30-second form; what they say is invented."""
    for n, one in enumerate(people):
        surveys.answer_survey(
            one,
            useful=5 - n % 2,
            clear=5 - n % 3 // 2,
            place=4 + n % 2,
            recommend=5,
            words="实操练得多，收获大。" if n % 7 == 0 else "",
            at=at,
        )


def checklist_of(klass: TrainingClass) -> Checklist:
    """The first practical checklist that the syllabus names, or the city's first."""
    keys = klass.syllabus.modules.exclude(practical="").values_list("practical", flat=True)
    return Checklist.objects.filter(key__in=list(keys)).first() or Checklist.objects.all()[0]


def _register(session: Session) -> Register:
    if session.register is None:
        raise ValueError(f"{session} has no register yet")
    return session.register
