"""What happened around a sitting, said plainly and neutrally; reviews and appeals of it."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from anlan.assessments.models import (
    Appeal,
    AppealStatus,
    EventKind,
    Item,
    ReviewStatus,
    ScoreChange,
    ScoreState,
    Sitting,
    SittingEvent,
    SittingReview,
    SittingStatus,
)
from anlan.assessments.queries.releases import appeals_close, is_released
from anlan.assessments.queries.sittings import Review, review_of
from anlan.assessments.states import UNDECIDED_REVIEWS
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.lib.dates import local_date

LETTERS = "ABCDEFGHIJ"


@dataclass(slots=True)
class Weight:
    """The events of one sitting, summed up. Seconds are the device's own where it told them."""

    away: int = 0
    away_seconds: int = 0
    never_back: bool = False
    offline: int = 0
    offline_seconds: int = 0
    devices: int = 0
    late: int = 0
    granted_seconds: int = 0
    other: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """A neutral account: what was counted, and nothing of what it might mean."""
        said = []
        if self.away:
            tail = "，最后一次没有记到返回" if self.never_back else ""
            said.append(f"切出页面 {self.away} 次，共 {_span(self.away_seconds)}{tail}")
        if self.offline:
            said.append(f"断网 {self.offline} 次，共 {_span(self.offline_seconds)}")
        if self.devices:
            said.append(f"在另外 {self.devices} 台设备打开过")
        if self.late:
            said.append(f"{self.late} 个答案晚到")
        if self.granted_seconds:
            said.append(f"补时 {_span(self.granted_seconds)}")
        return said + self.other

    def over(self, rules: Rulebook) -> list[str]:
        """Why a person should look, by the dated thresholds; empty when nothing asks for it."""
        held = [
            ("exam.review_away_times", self.away, "切出页面 {}", "{} 次"),
            ("exam.review_away_seconds", self.away_seconds, "切出页面共 {}", ""),
            ("exam.review_devices", self.devices, "在另外 {}设备打开过", "{} 台"),
            ("exam.review_offline_seconds", self.offline_seconds, "断网共 {}", ""),
            ("exam.review_late_answers", self.late, "{}答案晚到", "{} 个"),
        ]
        said = []
        for key, value, text, unit in held:
            least = rules.whole(key)
            if value and value >= least:
                here, line = (unit.format(n) if unit else _span(n) for n in (value, least))
                said.append(f"{text.format(here)}（复核线 {line}）")
        return said


def weigh(sitting: Sitting, events: Iterable[SittingEvent]) -> Weight:
    """Sum up the events. What a device says of its own clock is bounded by the server's time."""
    found = sorted(events, key=lambda one: (_moment(one), one.pk))
    longest = _longest(sitting)
    weight = Weight()
    weight.away, weight.away_seconds, weight.never_back = _gaps(
        found, EventKind.FOCUS_LOST, EventKind.FOCUS_BACK, longest
    )
    weight.offline, weight.offline_seconds, _open = _gaps(
        found, EventKind.OFFLINE, EventKind.ONLINE, longest
    )
    weight.devices = sum(one.kind == EventKind.SECOND_DEVICE for one in found)
    weight.late = sum(_count(one) for one in found if one.kind == EventKind.LATE_ANSWER)
    weight.granted_seconds = sum(
        _seconds(one) for one in found if one.kind == EventKind.TIME_GRANTED
    )
    plain = (EventKind.ON_TABLET, EventKind.ON_PAPER)
    weight.other = [one.get_kind_display() for one in found if one.kind in plain]
    return weight


def events_of(sitting: Sitting) -> list[SittingEvent]:
    """In the order in which the server learned of them."""
    return list(SittingEvent.objects.filter(sitting=sitting).order_by("at", "id"))


def event_note(event: SittingEvent) -> str:
    """What stands beside an event: how far the device's clock was off, how long, how many."""
    notes = []
    if seconds := _seconds(event):
        notes.append(_span(seconds))
    if event.kind == EventKind.LATE_ANSWER and event.detail.get("no"):
        notes.append(f"第 {event.detail['no']} 题")
    if event.device_at and abs((event.at - event.device_at).total_seconds()) >= 5:
        notes.append("设备时间与收到时间不同")
    if said := str(event.detail.get("reason", ""))[:100]:
        notes.append(said)
    return "，".join(notes)


def account_of(events: Sequence[SittingEvent]) -> list[tuple[datetime, str, str]]:
    """(when, what, note), a leaving and its return in one line with how long it took."""
    back_of = {EventKind.FOCUS_LOST: EventKind.FOCUS_BACK, EventKind.OFFLINE: EventKind.ONLINE}
    lines: list[tuple[datetime, str, str]] = []
    returned: set[int] = set()
    for at, event in enumerate(events):
        if event.pk in returned:
            continue
        wanted = back_of.get(EventKind(event.kind))
        later = (one for one in events[at + 1 :] if one.kind in (wanted, event.kind))
        back = next(later, None) if wanted else None
        label = event.get_kind_display()
        if back is not None and back.kind == wanted:
            returned.add(back.pk)
            seconds = max(int((_moment(back) - _moment(event)).total_seconds()), 0)
            lines.append((event.at, f"{label} {_span(seconds)}", event_note(event)))
        else:
            lines.append((event.at, label, event_note(event)))
    return lines


def rules_of(sitting: Sitting) -> Rulebook:
    """The rules that bind a sitting: those of the day it opened."""
    return rulebook(local_date(sitting.opens_at), scope=sitting.industry)


def review_for(user: User, uid: uuid.UUID) -> SittingReview:
    """The review of the user's own sitting, once a question was put."""
    found = SittingReview.objects.select_related("sitting__person").exclude(question="")
    return found.get(sitting__uid=uid, sitting__person__user=user)


def questions_to(user: User) -> QuerySet[SittingReview]:
    """Reviews in which this learner is asked and has not answered."""
    found = SittingReview.objects.filter(status=ReviewStatus.ASKED, sitting__person__user=user)
    return found.select_related("sitting").order_by("answer_due")


def appeal_for(user: User, uid: uuid.UUID) -> Appeal:
    """The user's own appeal."""
    found = Appeal.objects.select_related("sitting__person", "item")
    return found.get(uid=uid, sitting__person__user=user)


def appeals_of(sitting: Sitting) -> QuerySet[Appeal]:
    return sitting.appeals.select_related("item", "decided_by").order_by("made_at")


def undecided_reviews() -> QuerySet[SittingReview]:
    """Reviews that wait for a person; the class's room narrows them to its own sittings."""
    found = SittingReview.objects.filter(status__in=UNDECIDED_REVIEWS)
    return found.select_related("sitting__person").order_by("opened_at")


def open_appeals() -> QuerySet[Appeal]:
    """Appeals without an answer, the oldest clock first."""
    found = Appeal.objects.filter(status=AppealStatus.OPEN)
    return found.select_related("sitting__person", "item__bank__owner").order_by("due_at")


def held_changes() -> QuerySet[ScoreChange]:
    """Scores that a corrected key would lower although the sitting had passed."""
    found = ScoreChange.objects.filter(state=ScoreState.HELD)
    return found.select_related("sitting__person", "correction__item").order_by("at")


def keepers_appeals(user: User) -> Q:
    """Appeals of items whose bank this user keeps: the city's, or the own provider's."""
    mine = reach(user)
    providers = mine.keys(ScopeKind.ORGANIZATION, Role.CLASS_MANAGER)
    own = Q(item__bank__owner__uid__in=providers)
    return Q(item__isnull=False) if mine.has(Role.CITY_OFFICIAL) else own


@dataclass(frozen=True)
class AppealDoor:
    """May an objection be made now, and if not, why not."""

    open: bool
    until: datetime
    why_not: str = ""


def appeal_door(sitting: Sitting, no: int, *, at: datetime) -> AppealDoor:
    """Ask before showing the button, and again before taking the words."""
    until = appeals_close(sitting)
    earlier = [one for one in sitting.appeals.all() if one.no == no]
    most = rules_of(sitting).whole("exam.appeals_max")
    if sitting.status == SittingStatus.VOID:
        seen = sitting.submitted_at is not None and no == 0
    else:
        seen = is_released(sitting, at=at)
    if not seen:
        why = "成绩还没有公布，不能申诉。"
    elif at >= until:
        why = "申诉期已过。"
    elif any(one.status == AppealStatus.OPEN for one in earlier):
        why = "这一项已经申诉，请等待答复。"
    elif len(earlier) >= most:
        why = f"这一项已经申诉 {len(earlier)} 次，不能再申诉。"
    else:
        return AppealDoor(True, until)
    return AppealDoor(False, until, why)


@dataclass(frozen=True)
class Objections:
    """What stands beside a result: reviews, changed scores, appeals, and whether one may appeal."""

    door: AppealDoor
    may_appeal: bool
    appeals: list[Appeal]
    changes: list[ScoreChange]
    review: SittingReview | None

    @property
    def open_nos(self) -> set[int]:
        """Questions that wait for an answer already."""
        return {one.no for one in self.appeals if one.status == AppealStatus.OPEN}


def objections(sitting: Sitting, *, at: datetime) -> Objections:
    """For the learner's own result page."""
    review = SittingReview.objects.filter(sitting=sitting).exclude(question="").first()
    changes = sitting.score_changes.exclude(state=ScoreState.HELD)
    door = appeal_door(sitting, 0, at=at)
    return Objections(
        door=door,
        may_appeal=is_released(sitting, at=at) and at < door.until,
        appeals=list(appeals_of(sitting)),
        changes=[one for one in changes if one.score_before != one.score_after],
        review=review,
    )


def question_of(sitting: Sitting, no: int, *, at: datetime) -> Review | None:
    """The question that is objected to, with its key; only once the result is released."""
    if not no or not is_released(sitting, at=at):
        return None
    found = review_of(sitting)
    return found[no - 1] if no <= len(found) else None


def deciders_before(sitting: Sitting, no: int) -> set[int]:
    """Users who have decided about this result or question before: they answer no appeal of it."""
    about = sitting.appeals.filter(no=no, decided_by__isnull=False)
    found = set(about.values_list("decided_by_id", flat=True))
    if no == 0:
        reviews = SittingReview.objects.filter(sitting=sitting, decided_by__isnull=False)
        found |= set(reviews.values_list("decided_by_id", flat=True))
    return found


def letters_of(positions: Sequence[int], order: Sequence[int] | None = None) -> str:
    """Item positions as letters; with the paper's `order`, as the learner saw them."""
    shown = positions if order is None else [order.index(at) for at in positions]
    return "".join(LETTERS[at] for at in sorted(shown))


def sittings_with(item: Item) -> QuerySet[Sitting]:
    """Graded sittings whose paper may hold an item; narrowed by text, to be checked in Python.

    JSON can't be searched alike on both databases; its text can.
    """
    found = Sitting.objects.filter(status=SittingStatus.SUBMITTED)
    as_text = found.annotate(paper_text=Cast("questions", TextField()))
    return as_text.filter(
        Q(paper_text__contains=f'"item": {item.pk},') | Q(paper_text__contains=f'"item":{item.pk},')
    )


def _gaps(
    events: Sequence[SittingEvent], leave: str, back: str, longest: float
) -> tuple[int, int, bool]:
    """(how often, whole seconds, still away) between pairs of leaving and coming back."""
    times, seconds, left = 0, 0.0, None
    for event in events:
        if event.kind == leave:
            times += left is None
            left = left or event
        elif event.kind == back and left is not None:
            span = (_moment(event) - _moment(left)).total_seconds()
            seconds += min(max(span, 0.0), longest)
            left = None
    return times, int(min(seconds, longest)), left is not None


def _moment(event: SittingEvent) -> datetime:
    """For how long something took, the device's own clock is the better witness."""
    return event.device_at or event.at


def _longest(sitting: Sitting) -> float:
    """No absence is longer than the sitting was, by the server's clock."""
    if sitting.started_at is None:
        return 0.0
    ended = sitting.submitted_at or sitting.deadline
    return max((ended - sitting.started_at).total_seconds(), 0.0) if ended else float("inf")


def _seconds(event: SittingEvent) -> int:
    value = event.detail.get("seconds", 0)
    return int(value) if isinstance(value, int | float) and 0 <= value < 10**7 else 0


def _count(event: SittingEvent) -> int:
    value = event.detail.get("count", 1)
    return value if isinstance(value, int) and 0 < value < 1000 else 1


def _span(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return f"{rest} 秒"
    return f"{minutes} 分 {rest} 秒" if rest else f"{minutes} 分钟"
