"""Injuries of the demonstration as they are told: who, when, how, and what became of the case."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate

from anlan.foundation.accounts.models import User
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import accident_type_system, all_codes
from anlan.identity.models import Person
from anlan.injuries.models import Circumstance, RecognitionOutcome, Severity
from anlan.lib import idnumber
from anlan.lib.dates import at_shanghai, local_date
from anlan.operations.demo.injury_kinds import (
    COMMUTE,
    DISEASE,
    KINDS,
    MIX,
    PLACES,
    POSTS,
    RATES,
    SUDDEN,
    Kind,
)
from anlan.operations.demo.people import DISTRICT_WEIGHTS
from anlan.organizations.models import Organization

TREND = 0.955  # of the year before
MONTHS = (9, 6, 10, 10, 10, 11, 12, 12, 10, 10, 10, 10)
WEEKDAYS = (11, 10, 10, 10, 10, 9, 6)
HOURS = (1, 1, 1, 1, 1, 1, 2, 5, 9, 12, 13, 10, 4, 6, 11, 12, 11, 7, 4, 3, 3, 2, 2, 1)
TO_AND_FRO = ((7, 8, 17, 18, 19), (30, 22, 26, 16, 6))
CIRCUMSTANCES = {
    Circumstance.WORK: 76, Circumstance.AWAY: 5, Circumstance.COMMUTING: 14,
    Circumstance.SUDDEN_DEATH: 1, Circumstance.DISEASE: 3, Circumstance.OTHER: 1,
}  # fmt: skip
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


@dataclass(frozen=True)
class Grading:
    """One 鉴定; `extended_on` is the day on which it was given more time."""

    applied_on: date
    extended_on: date | None = None
    decided_on: date | None = None
    grade: int | None = None


@dataclass(frozen=True)
class Tale:
    """One injury. With `reported_at` it came by 快报 from the officer, else from a file."""

    organization: Organization
    officer: User | None
    person: Person | None
    noticed_at: datetime
    place: str
    narrative: str
    severity: str
    circumstance: str
    coded: Mapping[str, object] = field(default_factory=dict)
    reported_at: datetime | None = None
    recognition: Recognising | None = None
    appraisals: tuple[Grading, ...] = ()


@dataclass
class Teller:
    """Draws tales. Everything comes from `chance`, so a seed and a day tell the same ones."""

    chance: random.Random
    since: date
    today: datetime
    people: Mapping[int, Sequence[Person]]
    officers: Mapping[int, User]

    def __post_init__(self) -> None:
        days = (local_date(self.today) - self.since).days
        self._days = [self.since + timedelta(days=n) for n in range(days)]
        self._weights = list(accumulate(_weight(day) for day in self._days))
        self._types = {
            system: {code.name: code.code for code in all_codes(system)}
            for system in (System.GB_6441_1986, System.GB_6441_2025)
        }

    def tales(self, firms: Sequence[Organization], count: int) -> list[Tale]:
        """So many injuries, over firms by their size and trade, the earliest first."""
        weights = [RATES[firm.key_industry] * firm.headcount for firm in firms]
        chosen = self.chance.choices(firms, weights=weights, k=count)
        days = self.chance.choices(self._days, cum_weights=self._weights, k=count)
        told = [self.tale(firm, day) for firm, day in zip(chosen, days, strict=True)]
        return sorted(told, key=lambda one: one.noticed_at)

    def tale(self, firm: Organization, day: date) -> Tale:
        chance, trade = self.chance, firm.key_industry
        circumstance = self._circumstance(trade)
        kind = self._kind(circumstance, trade)
        hour = self._hour(circumstance)
        noticed = at_shanghai(
            day, datetime.min.time().replace(hour=hour, minute=chance.randrange(60))
        )
        place = "" if circumstance == Circumstance.COMMUTING else chance.choice(PLACES[trade])
        part_code, part = chance.choice(kind.parts)
        severity = self._severity(kind, circumstance)
        person = self._person(firm)
        reported = self._reported(firm, noticed) if person else None
        recognition = self._recognition(day, circumstance, reported)
        return Tale(
            organization=firm,
            officer=self.officers.get(firm.pk),
            person=person if reported else None,
            noticed_at=noticed,
            place=place,
            narrative=self._narrative(kind, circumstance, place, part),
            severity=severity,
            circumstance=circumstance,
            coded=self._coded(kind, circumstance, severity, firm, day, part_code)
            | self._who(person, day, trade),
            reported_at=reported,
            recognition=recognition,
            appraisals=self._appraisals(recognition, severity),
        )

    def _circumstance(self, trade: str) -> Circumstance:
        weights = dict(CIRCUMSTANCES)
        if trade == "transport":
            weights[Circumstance.AWAY] = 40
        return self.chance.choices(list(weights), weights=list(weights.values()))[0]

    def _kind(self, circumstance: Circumstance, trade: str) -> Kind:
        if circumstance in (Circumstance.COMMUTING, Circumstance.AWAY):
            return KINDS["road"]
        mix = MIX[trade]
        return KINDS[self.chance.choices(list(mix), weights=list(mix.values()))[0]]

    def _hour(self, circumstance: Circumstance) -> int:
        if circumstance == Circumstance.COMMUTING:
            return self.chance.choices(*TO_AND_FRO)[0]
        return self.chance.choices(range(24), weights=HOURS)[0]

    def _severity(self, kind: Kind, circumstance: Circumstance) -> str:
        if circumstance == Circumstance.SUDDEN_DEATH:
            return Severity.DEATH
        if circumstance == Circumstance.DISEASE:
            return Severity.UNKNOWN
        serious, death = kind.grave
        drawn = self.chance.random()
        if drawn < death:
            return Severity.DEATH
        return Severity.SERIOUS if drawn < death + serious else Severity.MINOR

    def _narrative(self, kind: Kind, circumstance: Circumstance, place: str, part: str) -> str:
        if circumstance == Circumstance.SUDDEN_DEATH:
            return self.chance.choice(SUDDEN)
        if circumstance == Circumstance.DISEASE:
            return self.chance.choice(DISEASE)
        commuting = circumstance == Circumstance.COMMUTING
        sentence = self.chance.choice(COMMUTE if commuting else kind.sentences)
        thing = self.chance.choice(kind.things)
        return sentence.format(place=place or "现场", thing=thing, part=part) + "。"

    def _coded(
        self,
        kind: Kind,
        circumstance: Circumstance,
        severity: str,
        firm: Organization,
        day: date,
        part_code: str,
    ) -> dict[str, object]:
        away = circumstance in (Circumstance.AWAY, Circumstance.COMMUTING)
        elsewhere = away and self.chance.random() < 0.3
        places = list(DISTRICT_WEIGHTS)
        found: dict[str, object] = {
            "district": self.chance.choice(places) if elsewhere else firm.district,
            "lost_days": self._lost_days(severity),
        }
        if circumstance in (Circumstance.SUDDEN_DEATH, Circumstance.DISEASE):
            return found
        if self.chance.random() < 0.06:
            return found  # nobody has coded it yet
        system = accident_type_system(day)
        name = kind.old if system == System.GB_6441_1986 else kind.new
        return found | {
            "type_code": self._types[system][name],
            "part_code": part_code,
            "nature_code": self.chance.choice(kind.natures),
            "source_code": kind.source,
            "manner_code": kind.manner,
            "act_code": kind.act if self.chance.random() < 0.7 else "",
            "condition_code": kind.condition if self.chance.random() < 0.6 else "",
        }

    def _lost_days(self, severity: str) -> int | None:
        """GB/T 6441: under 105 is 轻伤; a death is not counted in days here."""
        if severity == Severity.MINOR:
            return min(104, 1 + int(self.chance.expovariate(1 / 22)))
        return self.chance.randint(105, 420) if severity == Severity.SERIOUS else None

    def _who(self, person: Person | None, day: date, trade: str) -> dict[str, object]:
        chance = self.chance
        if person is not None:
            said = idnumber.parse(person.id_number)
            age, sex = said.age_on(day), said.sex[0]
        else:
            age = round(chance.triangular(18, 62, 44))
            sex = "m" if chance.random() < (0.58 if trade == "other" else 0.83) else "f"
        longest = max(1, (age - 17) * 12)
        return {
            "age": age,
            "sex": sex,
            "tenure_months": min(longest, int(chance.expovariate(1 / 40))),
            "trade": chance.choice(POSTS[trade]),
            "occupation": chance.choices(("worker", "team_leader", "safety_manager"), (90, 9, 1))[
                0
            ],
        }

    def _person(self, firm: Organization) -> Person | None:
        people = self.people.get(firm.pk)
        return self.chance.choice(people) if people and firm.pk in self.officers else None

    def _reported(self, firm: Organization, noticed: datetime) -> datetime | None:
        if noticed < firm.registered_at or self.chance.random() > 0.6:
            return None
        hours = (
            self.chance.uniform(0.5, 22)
            if self.chance.random() < 0.88
            else self.chance.uniform(25, 90)
        )
        return min(noticed + timedelta(hours=hours), self.today)

    def _recognition(
        self, injured: date, circumstance: Circumstance, reported: datetime | None
    ) -> Recognising | None:
        """As far as it came by today; some of the last months were left lying at a step."""
        chance, today = self.chance, local_date(self.today)
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

    def _appraisals(self, course: Recognising | None, severity: str) -> tuple[Grading, ...]:
        chance, today = self.chance, local_date(self.today)
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


def _weight(day: date) -> float:
    return TREND ** (day.year - 2021) * MONTHS[day.month - 1] * WEEKDAYS[day.weekday()]


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
    if begin > today:
        return Recognising(by_employer, applied, papers_on=asked)
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
        return Recognising(by_employer, applied, asked, begin, clear, pauses)
    return Recognising(
        by_employer, applied, asked, begin, clear, pauses, decided,
        _outcome(circumstance, chance), CLAUSES[circumstance],
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
