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
from anlan.injuries.models import Circumstance, Severity
from anlan.lib import idnumber
from anlan.lib.dates import at_shanghai, local_date
from anlan.operations.demo.injury_courses import (
    Grading,
    Recognising,
    appraisals_of,
    recognition_of,
)
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
        recognition = recognition_of(day, circumstance, reported, chance, local_date(self.today))
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
            appraisals=appraisals_of(recognition, severity, chance, local_date(self.today)),
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


def _weight(day: date) -> float:
    return TREND ** (day.year - 2021) * MONTHS[day.month - 1] * WEEKDAYS[day.weekday()]
