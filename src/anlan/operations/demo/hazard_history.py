"""Hazards of past years and of these weeks, written table by table with the services' own lines.

A test tells the same hazard twice, by the services and by this writer. Notices are left out, and so
is what the worker's job says of steps that ran out: it finds those that still run by itself.
"""

import random
import uuid
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from anlan.foundation.accounts.models import User
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import accident_type_system, all_codes
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.services import Line, record_many
from anlan.foundation.rules.models import Rule
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.hazards.lines import hazard_line
from anlan.hazards.models import Act, ActKind, Grade, Hazard, Rectification, Source, Status
from anlan.identity.models import Person
from anlan.lib.bigrams import bigrams
from anlan.lib.dates import local_date
from anlan.operations.demo.injury_kinds import KINDS, MIX, PLACES
from anlan.organizations.models import Organization

SEEN = {
    "machine": "{thing}防护罩缺失，手能碰到转动部件",
    "struck": "{thing}堆放过高，没有固定",
    "fall": "{thing}护栏松动，人会掉下去",
    "trip": "通道上有{thing}，夜间看不清",
    "yard": "{thing}倒车没有声光报警",
    "road": "{thing}制动片磨损到限",
    "lift": "{thing}吊索断丝，仍在使用",
    "shock": "{thing}没有接地，外壳带电",
    "burn": "管道法兰渗漏{thing}，没有围挡",
    "gas": "{thing}报警器失灵，进人前没有检测",
    "roof": "{thing}有裂纹，没有支护",
    "blast": "{thing}安全阀超过检验期",
}
DONE = ("已修复，现场试过", "已更换新件", "已加装防护并挂牌", "已清理并划线")
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Told:
    """One hazard with the moment of each step; what is None has not happened."""

    organization: Organization
    officer: User
    responsible: Person
    official: User
    place: str
    what: str
    risk: str
    grade: Grade
    reported_at: datetime
    accepted_at: datetime | None = None
    assigned_at: datetime | None = None
    rectified_at: datetime | None = None
    refused_at: datetime | None = None
    again_at: datetime | None = None
    closed_at: datetime | None = None
    revisited_at: datetime | None = None
    done: str = DONE[0]


@dataclass
class Teller:
    """Draws hazards of enterprises with an officer and people, the earliest first."""

    chance: random.Random
    since: datetime
    today: datetime
    people: Mapping[int, Sequence[Person]]
    officers: Mapping[int, User]
    decider: Callable[[str], User]

    def __post_init__(self) -> None:
        self._types = {
            system: {code.name: code.code for code in all_codes(system)}
            for system in (System.GB_6441_1986, System.GB_6441_2025)
        }

    def hazards(self, firms: Sequence[Organization], count: int) -> list[Told]:
        ready = [f for f in firms if f.pk in self.officers and self.people.get(f.pk)]
        if not ready:
            return []
        span = (self.today - self.since) / timedelta(days=1)
        found = [
            self._hazard(
                self.chance.choice(ready),
                self.since + timedelta(days=span * self.chance.random() ** 0.6),
            )
            for _ in range(count)
        ]
        return sorted(found, key=lambda one: one.reported_at)

    def _hazard(self, firm: Organization, at: datetime) -> Told:
        chance, mix = self.chance, MIX[firm.key_industry]
        key = chance.choices(list(mix), weights=list(mix.values()))[0]
        kind, system = KINDS[key], accident_type_system(local_date(at))
        name = kind.old if system == System.GB_6441_1986 else kind.new
        major = chance.random() < 0.08
        return Told(
            organization=firm,
            officer=self.officers[firm.pk],
            responsible=chance.choice(self.people[firm.pk]),
            official=self.decider(firm.district),
            place=chance.choice(PLACES[firm.key_industry]),
            what=SEEN[key].format(thing=chance.choice(kind.things)),
            risk=self._types[system][name],
            grade=Grade.MAJOR if major else Grade.GENERAL,
            reported_at=at,
            done=chance.choice(DONE),
            **self._course(at, 30 if major else 15),
        )

    def _course(self, at: datetime, days: float) -> dict[str, datetime | None]:
        """The moments up to today; about one order in eight is handed in too late."""
        chance = self.chance
        accepted = at + chance.uniform(1, 40) * HOUR
        assigned = accepted + chance.uniform(1, 40) * HOUR
        share = chance.uniform(1.05, 2) if chance.random() < 0.12 else chance.uniform(0.1, 0.95)
        done = assigned + timedelta(days=days * share)
        refused = done + chance.uniform(2, 70) * HOUR if chance.random() < 0.1 else None
        again = refused + timedelta(days=chance.uniform(1, 4)) if refused else None
        closed = (again or done) + chance.uniform(2, 100) * HOUR
        revisit = closed + timedelta(days=chance.uniform(20, 95))
        steps = {
            "accepted_at": accepted,
            "assigned_at": assigned,
            "rectified_at": done,
            "refused_at": refused,
            "again_at": again,
            "closed_at": closed,
            "revisited_at": revisit,
        }
        return {name: when if when and when <= self.today else None for name, when in steps.items()}


@dataclass
class History:
    """Writes them; `before` and `after` are the photos of every report and rectification."""

    told: Sequence[Told]
    before: Sequence[StoredFile]
    after: Sequence[StoredFile]
    lines: list[Line] = field(default_factory=list)
    acts: list[tuple[Act, Sequence[StoredFile]]] = field(default_factory=list)
    orders: list[Rectification] = field(default_factory=list)

    def __post_init__(self) -> None:
        spans = Rule.objects.filter(key__startswith="hazard.").values_list("valid_from", "valid_to")
        self._turns = sorted({day for span in spans for day in span if day})
        self._books: dict[tuple[int, str], Rulebook] = {}

    def write(self) -> int:
        hazards = [self._hazard(one) for one in self.told]
        Hazard.objects.bulk_create(hazards, batch_size=500)
        for told, hazard in zip(self.told, hazards, strict=True):
            self._live(told, hazard)
        Rectification.objects.bulk_create(self.orders, batch_size=500)
        acts = Act.objects.bulk_create([act for act, _ in self.acts], batch_size=500)
        link = Act.photos.through
        link.objects.bulk_create(
            [
                link(act_id=act.pk, storedfile_id=photo.pk)
                for act, (_, photos) in zip(acts, self.acts, strict=True)
                for photo in photos
            ],
            batch_size=500,
        )
        record_many(sorted(self.lines, key=lambda line: line.at))
        return len(hazards)

    def _clock(self, hazard: Hazard, key: str, at: datetime) -> datetime:
        day = local_date(at)
        place = (bisect_right(self._turns, day), hazard.industry)
        if place not in self._books:
            self._books[place] = rulebook(day, scope=hazard.industry)
        value = self._books[place].ruling(f"hazard.{key}").value
        days = value[hazard.grade] if isinstance(value, dict) else value
        return at + timedelta(days=float(days))

    def _hazard(self, one: Told) -> Hazard:
        """As it stands after its last step."""
        body = one.organization
        hazard = Hazard(
            organization=body,
            district=body.district,
            industry=body.key_industry,
            place=one.place,
            what=one.what,
            risk_system=str(accident_type_system(local_date(one.reported_at))),
            risk=one.risk,
            grade=one.grade,
            source=Source.SELF_CHECK,
            reporter=one.officer,
            nonce=uuid.uuid4(),
            found_at=one.reported_at,
            reported_at=one.reported_at,
            is_synthetic=True,
            search=bigrams(one.place, one.what, body.name),
        )
        hazard.status, hazard.due_at = self._standing(one, hazard)
        hazard.closed_at, hazard.revisited_at = one.closed_at, one.revisited_at
        return hazard

    def _standing(self, one: Told, hazard: Hazard) -> tuple[Status, datetime | None]:
        if one.revisited_at:
            return Status.CLOSED, None
        if one.closed_at:
            return Status.CLOSED, self._clock(hazard, "revisit_days", one.closed_at)
        handed = one.again_at or (one.rectified_at if not one.refused_at else None)
        if handed:
            return Status.RECTIFIED, self._clock(hazard, "recheck_days", handed)
        if one.assigned_at:
            return Status.ASSIGNED, self._clock(hazard, "rectify_days", one.assigned_at)
        if one.accepted_at:
            return Status.ACCEPTED, self._clock(hazard, "assign_days", one.accepted_at)
        return Status.REPORTED, self._clock(hazard, "accept_days", one.reported_at)

    def _live(self, one: Told, hazard: Hazard) -> None:
        officer, worker = one.officer, one.responsible.user
        grade = str(hazard.get_grade_display())
        self._say(
            hazard, ActKind.REPORTED, officer, one.reported_at, one.what, self.before, grade=grade
        )
        self._say(hazard, ActKind.ACCEPTED, officer, one.accepted_at)
        if one.assigned_at:
            self._order(one, hazard)
        self._say(hazard, ActKind.RECTIFIED, worker, one.rectified_at, one.done, self.after)
        self._say(hazard, ActKind.REFUSED, one.official, one.refused_at, "没有修到位")
        self._say(hazard, ActKind.RECTIFIED, worker, one.again_at, one.done, self.after)
        self._say(hazard, ActKind.CLOSED, one.official, one.closed_at, "现场看过，已消除")
        self._say(hazard, ActKind.REVISITED, one.official, one.revisited_at, "仍完好")

    def _order(self, one: Told, hazard: Hazard) -> None:
        assert one.assigned_at is not None
        due = self._clock(hazard, "rectify_days", one.assigned_at)
        handed = one.again_at or (one.rectified_at if not one.refused_at else None)
        self.orders.append(
            Rectification(
                hazard=hazard,
                responsible=one.responsible,
                assigned_at=one.assigned_at,
                due_at=due,
                rectified_by=one.responsible.user if handed else None,
                rectified_at=handed,
                closed_by=one.official if one.closed_at else None,
                closed_at=one.closed_at,
            )
        )
        day = local_date(due).isoformat()
        self._say(
            hazard, ActKind.ASSIGNED, one.officer, one.assigned_at, due=day,
            to=one.responsible.subject,
        )  # fmt: skip

    def _say(
        self,
        hazard: Hazard,
        kind: ActKind,
        by: User | None,
        at: datetime | None,
        words: str = "",
        photos: Sequence[StoredFile] = (),
        **data: str,
    ) -> None:
        """The act and its line, if the step was taken."""
        if at is None:
            return
        self.acts.append((Act(hazard=hazard, kind=kind, words=words, by=by, at=at), photos))
        verb = f"hazard_{kind.value}"
        self.lines.append(hazard_line(hazard, verb, by, at, words=words, photos=photos, **data))
