"""What becomes of an injury case: its 认定 and 鉴定 step by step, as far as today."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from anlan.injuries.models import Circumstance, RecognitionOutcome, Severity
from anlan.lib.dates import local_date

CLAUSES = {
    Circumstance.WORK: "条例第十四条（一）",
    Circumstance.AWAY: "条例第十四条（五）",
    Circumstance.COMMUTING: "条例第十四条（六）",
    Circumstance.SUDDEN_DEATH: "条例第十五条（一）",
    Circumstance.DISEASE: "条例第十四条（四）",
    Circumstance.OTHER: "条例第十四条",
}
LONGEST_STUCK = timedelta(days=150)  # what lies about undecided is of the last months


@dataclass(frozen=True)
class Recognising:
    """How a 认定 went, step by step; what lies after the last step has not happened."""

    by_employer: bool
    applied_on: date
    papers_on: date | None = None
    accepted_on: date | None = None
    clear: bool = False
    pauses: tuple[tuple[date, date | None], ...] = ()
    decided_on: date | None = None
    outcome: str = ""
    clause: str = ""
    here_on: date | None = None  # the missing papers came


@dataclass(frozen=True)
class Grading:
    """One 鉴定; `extended_on` is the day on which it was given more time."""

    applied_on: date
    extended_on: date | None = None
    decided_on: date | None = None
    grade: int | None = None


def recognition_of(
    injured: date,
    circumstance: Circumstance,
    reported: datetime | None,
    chance: random.Random,
    today: date,
) -> Recognising | None:
    """As far as it came by today; some of the last months were left lying at a step."""
    if chance.random() < 0.06:
        return None
    employer = chance.random() < 0.88
    wait = 2 + int(chance.expovariate(1 / 13)) if employer else chance.randint(20, 300)
    applied = injured + timedelta(days=wait)
    if reported is not None:
        applied = max(applied, local_date(reported))
    if applied > today:
        return None
    steps = Recognising(by_employer=employer, applied_on=applied)
    lies = chance.choices((None, "applied", "accepted"), (90, 4, 6))[0]
    stuck = lies if applied > today - LONGEST_STUCK else None
    papers = applied + timedelta(days=chance.randint(2, 8)) if chance.random() < 0.17 else None
    if stuck == "applied":
        return steps
    return _accepted(steps, papers, circumstance, chance, today, stuck)


def appraisals_of(
    course: Recognising | None, severity: str, chance: random.Random, today: date
) -> tuple[Grading, ...]:
    """For most of the seriously hurt; one in twenty is reviewed after a year."""
    good = (RecognitionOutcome.RECOGNISED, RecognitionOutcome.DEEMED)
    if course is None or course.decided_on is None or course.outcome not in good:
        return ()
    likely = {Severity.SERIOUS: 0.88, Severity.MINOR: 0.2, Severity.UNKNOWN: 0.7}
    if chance.random() > likely.get(Severity(severity), 0.0):
        return ()
    applied = course.decided_on + timedelta(days=chance.randint(20, 140))
    serious = severity == Severity.SERIOUS
    found: list[Grading] = []
    while applied <= today and len(found) < 2:
        one = _grading(applied, serious, chance, today)
        found.append(one)
        if one.decided_on is None or chance.random() > 0.05:
            break
        applied = one.decided_on + timedelta(days=chance.randint(370, 500))
    return tuple(found)


def _accepted(
    steps: Recognising,
    papers: date | None,
    circumstance: Circumstance,
    chance: random.Random,
    today: date,
    stuck: str | None,
) -> Recognising:
    by_employer, applied = steps.by_employer, steps.applied_on
    begin = (
        papers + timedelta(days=chance.randint(5, 30))
        if papers
        else applied + timedelta(days=chance.randint(1, 14))
    )
    asked = papers if papers and papers <= today else None
    came = papers + (begin - papers) * 2 // 3 if papers else None
    here = came if came and came <= today else None
    if begin > today:
        return Recognising(by_employer, applied, papers_on=asked, here_on=here)
    clear = chance.random() < 0.3 and circumstance == Circumstance.WORK
    pauses: tuple[tuple[date, date | None], ...] = ()
    until = begin
    if not clear and chance.random() < (0.3 if circumstance == Circumstance.COMMUTING else 0.04):
        since = begin + timedelta(days=chance.randint(3, 25))
        until = since + timedelta(days=chance.randint(20, 110))
        if since <= today:
            pauses = ((since, until if until <= today else None),)
    term = chance.randint(4, 14) if clear else chance.randint(12, 58)
    late = chance.randint(20, 40) if chance.random() < 0.03 else 0
    decided = until + timedelta(days=term + late)
    if decided > today or stuck or (pauses and pauses[0][1] is None):
        return Recognising(by_employer, applied, asked, begin, clear, pauses, here_on=here)
    return Recognising(
        by_employer, applied, asked, begin, clear, pauses, decided,
        _outcome(circumstance, chance), CLAUSES[circumstance], here,
    )  # fmt: skip


def _outcome(circumstance: Circumstance, chance: random.Random) -> str:
    good = RecognitionOutcome.RECOGNISED
    refused = 0.04
    if circumstance == Circumstance.SUDDEN_DEATH:
        good, refused = RecognitionOutcome.DEEMED, 0.3
    elif circumstance == Circumstance.COMMUTING:
        refused = 0.18
    drawn = chance.random()
    if drawn < refused:
        return RecognitionOutcome.REFUSED
    return RecognitionOutcome.TERMINATED if drawn > 0.99 else good


def _grading(applied: date, serious: bool, chance: random.Random, today: date) -> Grading:
    extended = applied + timedelta(days=chance.randint(40, 58)) if chance.random() < 0.1 else None
    if extended and extended > today:
        extended = None
    took = chance.randint(62, 88) if extended else chance.randint(20, 59)
    took += chance.randint(15, 40) if chance.random() < 0.04 else 0
    decided = applied + timedelta(days=took)
    if decided > today:
        return Grading(applied, extended)
    weights = (1, 1, 2, 3, 5, 8, 12, 18, 26, 24) if serious else (0, 0, 0, 0, 0, 0, 1, 4, 15, 40)
    grade = chance.choices((*range(1, 11), 0), (*weights, 4 if serious else 40))[0]
    return Grading(applied, extended, decided, grade)
