"""What is missing from an application, or against the rules: each finding cites its clause."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from anlan.classes.models import Session, TrainingClass
from anlan.classes.queries import rules_for, sessions_of
from anlan.courses.models import Mode
from anlan.foundation.rules.queries import Rulebook
from anlan.lib.dates import date_text, local_date
from anlan.resources.models import Venue, VenueKind
from anlan.resources.queries import classroom_areas
from anlan.trainers.models import Trainer, TrainerStatus


@dataclass(frozen=True)
class Gap:
    """One thing to mend: where it stands on the page, what to do, by which clause.

    `slot` names the half-day that it is about (2026-12-01/am); empty when it is about no one.
    """

    where: str
    text: str
    clause: str = ""
    slot: str = ""


def application_gaps(klass: TrainingClass, *, at: datetime) -> list[Gap]:
    """Everything that keeps this application from being submitted; empty when it is in order."""
    sessions = list(sessions_of(klass))
    if not sessions:
        return [Gap("timetable", "课程表还是空的，请至少安排一个半天。")]
    rules = rules_for(klass, sessions[0].day)
    return [
        *_hours(klass, sessions, rules),
        *_modules(klass, sessions),
        *_dates(klass, sessions, rules, local_date(at)),
        *_quota(klass, rules),
        *_venues(klass, sessions, rules),
        *_trainers(sessions),
        *clashes(klass, sessions),
    ]


def _hours(klass: TrainingClass, sessions: list[Session], rules: Rulebook) -> Iterator[Gap]:
    total = sum(session.hours for session in sessions)
    least = rules.ruling("class.hours_min")
    needed = max(int(least.value), klass.syllabus.hours_required)
    if total < needed:
        yield Gap("timetable", f"共排 {total} 学时，至少需要 {needed} 学时。", least.clause)
    share = rules.ruling("class.offline_share_min")
    offline = sum(session.hours for session in sessions if session.mode == Mode.OFFLINE)
    if total and offline < float(share.value) * total:
        yield Gap(
            "timetable",
            f"线下 {offline}/{total} 学时，占 {offline / total:.0%}，"
            f"不得低于 {float(share.value):.0%}。",
            share.clause,
        )


def _modules(klass: TrainingClass, sessions: list[Session]) -> Iterator[Gap]:
    planned: Counter[int] = Counter()
    for session in sessions:
        planned[session.module_id] += session.hours
    for place in klass.syllabus.places.select_related("module"):
        short = place.module.hours - planned[place.module_id]
        if short > 0:
            yield Gap(
                "timetable",
                f"大纲模块「{place.module.title}」还差 {short} 学时没有排。",
                "培训大纲",
            )


def _dates(
    klass: TrainingClass, sessions: list[Session], rules: Rulebook, today: date
) -> Iterator[Gap]:
    first, last = sessions[0].day, sessions[-1].day
    ahead = rules.ruling("class.apply_days_ahead")
    if first < today + timedelta(days=int(ahead.value)):
        yield Gap(
            "timetable",
            f"首日 {date_text(first)} 太近，须至少提前 {ahead.value} 天申请。",
            ahead.clause,
        )
    project = klass.project
    if first < project.since or last > project.until:
        yield Gap(
            "project",
            f"项目「{project.title}」的执行期是 {date_text(project.since)} 至 "
            f"{date_text(project.until)}，课程表超出了这个范围。",
        )
    if project.industry and project.industry != klass.industry:
        yield Gap("project", f"项目「{project.title}」不是面向本班所属行业的。")


def _quota(klass: TrainingClass, rules: Rulebook) -> Iterator[Gap]:
    most = rules.ruling("class.quota_max")
    if klass.quota > int(most.value):
        yield Gap("quota", f"名额 {klass.quota} 人，每班最多 {most.value} 人。", most.clause)


def _venues(klass: TrainingClass, sessions: list[Session], rules: Rulebook) -> Iterator[Gap]:
    used = {session.venue_id: session.venue for session in sessions if session.venue}
    for venue in used.values():
        yield from venue_gaps(venue, klass.quota, rules)
    yield from classroom_gaps(used.values(), rules)


def classroom_gaps(venues: Iterable[Venue], rules: Rulebook) -> Iterator[Gap]:
    """Owners of these classrooms whose classrooms in use are too small, all taken together."""
    owners = {venue.owner_id for venue in venues if venue.kind == VenueKind.CLASSROOM}
    areas = classroom_areas(owners) if owners else {}
    least = rules.ruling("venue.area_min_m2")
    for owner in owners:
        area = areas.get(owner, Decimal(0))
        if area < Decimal(str(least.value)):
            text = f"在用的教室合计 {area:.1f} ㎡，培训机构的教室合计不少于 {least.value} ㎡。"
            yield Gap("timetable", text, least.clause)


def venue_gaps(venue: Venue, quota: int, rules: Rulebook) -> Iterator[Gap]:
    """What speaks against teaching so many people in this place."""
    each = rules.ruling("venue.area_per_person_m2")
    if venue.retired_at:
        yield Gap("timetable", f"场地「{venue.name}」已停用，请换一处。")
    if venue.kind == VenueKind.SITE:
        return
    if float(venue.area_m2) < float(each.value) * quota:
        yield Gap(
            "timetable",
            f"「{venue.name}」人均 {float(venue.area_m2) / quota:.2f} ㎡，"
            f"每人不少于 {each.value} ㎡；请减少名额或换更大的场地。",
            each.clause,
        )


def _trainers(sessions: list[Session]) -> Iterator[Gap]:
    last: dict[int, Session] = {session.trainer_id: session for session in sessions}
    for session in last.values():
        yield from trainer_gaps(session.trainer, session.day)


def trainer_gaps(trainer: Trainer, day: date) -> Iterator[Gap]:
    """What speaks against this trainer teaching on this day."""
    if trainer.status == TrainerStatus.RETIRED:
        yield Gap("timetable", f"讲师「{trainer.name}」已退出，不能授课。")
    if trainer.qualified_until < day:
        yield Gap(
            "timetable",
            f"讲师「{trainer.name}」的资格有效期至 {date_text(trainer.qualified_until)}，"
            f"早于授课日 {date_text(day)}。",
        )


def clashes(klass: TrainingClass, sessions: list[Session]) -> Iterator[Gap]:
    """A trainer or a room that another live class has taken for the same half-day."""
    taken: dict[str, list[Session]] = defaultdict(list)
    others = Session.objects.filter(active=True, day__in={session.day for session in sessions})
    for other in others.exclude(klass=klass).select_related("klass"):
        taken[other.slot].append(other)
    for session in sessions:
        for other in taken[session.slot]:
            if who := _shared(session, other):
                yield Gap(
                    "timetable",
                    f"{date_text(session.day)}{session.get_half_display()}，{who}"
                    f"已排在班次 {other.klass.number}，请改期或更换。",
                    slot=session.slot,
                )


def session_gaps(klass: TrainingClass, session: Session, *, today: date) -> list[Gap]:
    """What speaks against one half-day as it is wished; `session` need not be saved."""
    gaps: list[Gap] = []
    project = klass.project
    if session.day < today:
        gaps.append(Gap("timetable", f"{date_text(session.day)}已经过去，请另选日期。"))
    if not project.since <= session.day <= project.until:
        gaps.append(
            Gap("timetable", f"{date_text(session.day)}不在项目「{project.title}」的执行期内。")
        )
    same = klass.sessions.filter(day=session.day, half=session.half).exclude(pk=session.pk)
    if same.exists():
        when = f"{date_text(session.day)}{session.get_half_display()}"
        gaps.append(Gap("timetable", f"本班{when}已有课，请另选半天。"))
    gaps.extend(trainer_gaps(session.trainer, session.day))
    if session.venue and session.mode == Mode.OFFLINE:
        rules = rules_for(klass, session.day)
        gaps.extend(venue_gaps(session.venue, klass.quota, rules))
        gaps.extend(classroom_gaps([session.venue], rules))
    gaps.extend(clashes(klass, [session]))
    return gaps


def _shared(session: Session, other: Session) -> str:
    """What two sessions of the same half-day both hold, in words; empty when nothing."""
    if session.trainer_id == other.trainer_id:
        return f"讲师「{session.trainer.name}」"
    offline = session.mode == other.mode == Mode.OFFLINE
    if offline and session.venue_id == other.venue_id:
        return f"场地「{session.venue}」"
    return ""
