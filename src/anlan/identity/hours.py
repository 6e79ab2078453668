"""When staff are there for video checks, out of the rule `identity.video_hours`; pure.

The rule's value: ISO weekday ("1" is Monday) → [[from, until], …] in the city's time, "HH:MM".
A day that is not named has no hours. Public holidays are not known: the city dates another rule.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from anlan.lib.dates import to_shanghai

Hours = Mapping[str, Sequence[Sequence[str]]]
WEEKDAYS = "一二三四五六日"


def is_staffed(hours: Hours, at: datetime) -> bool:
    here = to_shanghai(at)
    return any(since <= here.time() < until for since, until in _spans(hours, here.isoweekday()))


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """When staff are there next; none in the coming week: the city has no video check."""
    here = to_shanghai(at)
    for ahead in range(8):
        day = here + timedelta(days=ahead)
        for since, _until in _spans(hours, day.isoweekday()):
            opening = day.replace(hour=since.hour, minute=since.minute, second=0, microsecond=0)
            if opening > here:
                return opening
    return None


def week_in_words(hours: Hours) -> list[tuple[str, list[str]]]:
    """Days of the same hours together: [(周一至周五, [08:30–12:00, 13:30–17:30])]."""
    runs: list[tuple[int, int, list[str]]] = []
    for day in range(1, 8):
        said = [f"{a:%H:%M}–{b:%H:%M}" for a, b in _spans(hours, day)]
        if said and runs and runs[-1][1] == day - 1 and runs[-1][2] == said:
            runs[-1] = (runs[-1][0], day, said)
        elif said:
            runs.append((day, day, said))
    return [(_days(first, last), said) for first, last, said in runs]


def _days(first: int, last: int) -> str:
    name = f"周{WEEKDAYS[first - 1]}"
    return name if first == last else f"{name}至周{WEEKDAYS[last - 1]}"


def _spans(hours: Hours, day: int) -> list[tuple[time, time]]:
    said = hours.get(str(day), ())
    return sorted((time.fromisoformat(a), time.fromisoformat(b)) for a, b in said)
