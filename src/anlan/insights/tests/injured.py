"""Cases of every kind for the stories of the distribution, and a plain way to count them."""

import random
from collections import Counter as Tally
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

from anlan.foundation.accounts.models import User
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import accident_type_system
from anlan.injuries.models import Case, CaseVersion, Recognition, Report, Source
from anlan.insights.distribution import snapshot
from anlan.insights.distribution.counting import Counter
from anlan.insights.distribution.questions import Base, Question
from anlan.insights.distribution.scope import scope_of
from anlan.organizations.models import InsuredHeadcount
from anlan.testing.cast import NOW, Cast
from anlan.testing.scenes import remembered

LEAST = 5
PLACES = ("370112", "370112", "370112", "370113", "3701QB", "", "999999")
INDUSTRIES = ("C2614", "C2614", "C26", "C3411", "E4710", "", "ZZ")
KEYS = ("hazchem", "hazchem", "machinery", "")


@remembered
def injured(cast: Cast, count: int = 120, seed: int = 5) -> None:
    """Cases of two years around the change of the type lists; some changed, withdrawn, foreign."""
    chance = random.Random(seed)
    foreign = Source.objects.create(title="外地", at=NOW, by=cast.city_official, foreign=True)
    for number in range(count):
        case = _a_case(cast, chance, foreign if number % 40 == 0 else None)
        if number % 3:
            _recognised(case, chance)
        if number % 4 == 0:
            moment = case.known_at
            Report.objects.create(case=case, noticed_at=moment, reported_at=moment)
        if number % 6 == 0:
            _changed(case, chance)
    for month in range(1, 13):
        for firm, people in ((cast.enterprise, 1200), (cast.rival_enterprise, 300)):
            first = date(2026, month, 1)
            InsuredHeadcount.objects.create(organization=firm, month=first, people=people)


def _a_case(cast: Cast, chance: random.Random, source: Source | None) -> Case:
    day = date(2025, 1, 1) + timedelta(days=chance.randrange(690))
    known = datetime(day.year, day.month, day.day, 9, tzinfo=UTC) + timedelta(
        days=chance.choice((1, 40))
    )
    return Case.objects.create(
        source=source,
        organization=chance.choice((cast.enterprise, cast.rival_enterprise, None)),
        injured_on=day,
        injured_hour=chance.choice((None, 0, 8, 10, 10, 23)),
        district=chance.choice(PLACES),
        industry=chance.choice(INDUSTRIES),
        key_industry=chance.choice(KEYS),
        occupation=chance.choice(("", "worker", "team_leader")),
        age=chance.choice((None, 17, 20, 35, 59, 60, 77)),
        tenure_months=chance.choice((None, 0, 2, 3, 12, 59, 400)),
        severity=chance.choice(("minor", "minor", "serious", "death", "unknown")),
        circumstance=chance.choice(
            ("work", "work", "away", "commuting", "sudden_death", "disease")
        ),
        type_code=chance.choice(("", "01", "02", "02", "03", "019")),
        part_code=chance.choice(("", "1.01", "1.02")),
        source_code=chance.choice(("", "3.01", "3.02")),
        known_at=min(known, NOW),
        changed_at=min(known, NOW),
        withdrawn_at=NOW if chance.random() < 0.05 else None,
        is_synthetic=True,
    )


def _recognised(case: Case, chance: random.Random) -> None:
    Recognition.objects.create(
        case=case,
        status="decided",
        decided_on=case.injured_on + timedelta(days=chance.choice((1, 30, 90))),
        outcome=chance.choice(("recognised", "recognised", "deemed", "refused")),
    )


def _changed(case: Case, chance: random.Random) -> None:
    """Once or twice; what it said before stands in versions."""
    for days, values in ((10, {"severity": "unknown"}), (25, {"district": None, "age": 44})):
        at = case.known_at + timedelta(days=days)
        CaseVersion.objects.create(case=case, values=values, since=case.known_at, replaced_at=at)
        if chance.random() < 0.5:
            break


def counter_of(user: User, question: Question | None = None, least: int = LEAST) -> Counter:
    """Over a copy made anew."""
    asked = question or Question(base=Base.ALL)
    return Counter(snapshot.build(NOW), asked, scope_of(user), least)


Key = Callable[[Case], str]


def _band(value: int | None, bounds: tuple[tuple[int, str], ...]) -> str:
    return "-" if value is None else next(key for low, key in reversed(bounds) if value >= low)


def _type(case: Case) -> str:
    """019 is a code of 1986 alone."""
    system = accident_type_system(case.injured_on)
    if system == System.GB_6441_2025 and case.type_code == "019":
        return "?"
    return f"{system}@{case.type_code}" if case.type_code else "-"


PLAIN: Mapping[str, Key] = {
    "district": lambda c: "?" if c.district == "999999" else c.district or "-",
    "industry": lambda c: "?" if c.industry == "ZZ" else c.industry[:1] or "-",
    "key_industry": lambda c: c.key_industry or "-",
    "type": _type,
    "severity": lambda c: "-" if c.severity == "unknown" else c.severity,
    "circumstance": lambda c: c.circumstance,
    "occupation": lambda c: c.occupation or "-",
    "age": lambda c: _band(
        c.age,
        ((0, "0-19"), (20, "20-29"), (30, "30-39"), (40, "40-49"), (50, "50-59"), (60, "60-")),
    ),
    "tenure": lambda c: _band(
        c.tenure_months,
        ((0, "0-2"), (3, "3-11"), (12, "12-35"), (36, "36-59"), (60, "60-119"), (120, "120-")),
    ),
    "hour": lambda c: "-" if c.injured_hour is None else str(c.injured_hour),
    "weekday": lambda c: str(c.injured_on.isoweekday()),
    "month": lambda c: str(c.injured_on.month),
    "year": lambda c: str(c.injured_on.year),
    "year_month": lambda c: f"{c.injured_on:%Y-%m}",
}


def plainly(question: Question) -> list[Case]:
    """The cases that a question is about, one by one, as they stand now."""
    rows = Case.objects.filter(withdrawn_at=None).exclude(source__foreign=True)
    if question.base == Base.RECOGNISED:
        rows = rows.filter(recognition__outcome__in=("recognised", "deemed"))
    if question.base == Base.REPORTED:
        rows = rows.filter(report__isnull=False)
    if question.since:
        rows = rows.filter(injured_on__gte=question.since)
    if question.until:
        rows = rows.filter(injured_on__lte=question.until)
    fits = [PLAIN[name] for name in question.picks]
    wanted = list(question.picks.values())
    return [c for c in rows if [fit(c) for fit in fits] == wanted]


def tally(cases: list[Case], *names: str) -> dict[tuple[str, ...], int]:
    return dict(Tally(tuple(PLAIN[name](case) for name in names) for case in cases))
