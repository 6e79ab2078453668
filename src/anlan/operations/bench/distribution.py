"""`anlan bench distribution`: every page of the injury distribution, in a temporary city.

Cases are drawn, not copied: their codes are spread unevenly over all lists, a tenth of them has
changed since, most are recognised. Pages are real requests through Django's client, by the city's
official and by a district's, each after the first one; the figure is the worst page's median.
"""

import random
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.services import give_role, open_account
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.foundation.codes.services import load_codes
from anlan.foundation.rules.services import load_rules
from anlan.injuries.models import (
    Case,
    CaseVersion,
    Circumstance,
    Recognition,
    RecognitionOutcome,
    RecognitionStatus,
    Severity,
)
from anlan.insights.distribution import snapshot
from anlan.lib import uscc
from anlan.lib.dates import local_date
from anlan.operations.temporary import temporary_city
from anlan.organizations.models import InsuredHeadcount, Organization, Status

Figures = dict[str, Any]
SIZES = {100_000: "page_ms_1e5", 1_000_000: "page_ms_1e6"}
AT_ONCE = 10_000
FIRMS, YEARS, ROUNDS = 2_000, 5, 5
DISTRICT = "370112"
# Name of the page, its address behind the name's, how wide its question is.
PAGES = (
    ("injuries", "?since=&until=&district="),
    ("injury_map", "?since=&until=&district="),
    ("injury_map", "?since=&until=&district=&show=rate"),
    ("injury_ranking", "?since=&until=&district=&by=industry"),
    ("injury_ranking", "?since=&until=&district=&by=type&types=2025"),
    ("injury_ranking", "?since=&until=&district=&by=industry&industry=C26"),
    ("injury_calendar", "?since=&until=&district="),
    ("injury_pivot", "?since=&until=&district=&rows=part&columns=source"),
    ("injury_pivot", "?since=&until=&district=&rows=industry&columns=type&industry=C"),
    ("injury_vintages", "?since=&until=&district="),
    ("injury_cases", "?since=&until=&district="),
    ("injury_cases", "?since=&until=&district=&page=400"),
    ("injuries", "?since=2025-01-01&until=2025-12-31&district=&severity=serious&known=2025-12-31"),
)


def measure(cases: int | None = None) -> Figures:
    """Both sizes unless one is named; a million takes some five minutes, most of it to write."""
    found: Figures = {"database": connection.vendor}
    for size in [cases] if cases else SIZES:
        found |= _measured(size)
    return found


def _measured(size: int) -> Figures:
    with temporary_city():
        at = now()
        officials = _city(at)
        _write(size, at)
        began = time.perf_counter()
        snapshot.refresh(at)
        built = time.perf_counter() - began
        pages = {
            f"{who} {name}{query}": _page_ms(user, reverse(f"insights:{name}") + query)
            for who, user in officials.items()
            for name, query in PAGES
        }
        key = SIZES.get(size, f"page_ms_{size}")
        mark = key.removeprefix("page_ms_")
        topped = _top_up_s(at)
        snapshot.forget()
        return {
            key: max(pages.values()),
            f"copy_s_{mark}": round(built, 2),
            f"top_up_s_{mark}": topped,
            f"pages_{mark}": pages,
        }


def _page_ms(user: User, url: str) -> float:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    took = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        answer = client.get(url)
        took.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise ValueError(f"{url} answered {answer.status_code}")
    return round(median(took[1:]) * 1000, 1)


def _top_up_s(at: datetime) -> float:
    """Seconds until the copy knows of a thousand changed cases."""
    some = list(Case.objects.order_by("-pk").values_list("pk", flat=True)[:1000])
    Case.objects.filter(pk__in=some).update(changed_at=at + timedelta(seconds=1))
    began = time.perf_counter()
    snapshot.refresh(at + timedelta(seconds=2))
    return round(time.perf_counter() - began, 2)


def _city(at: datetime) -> dict[str, User]:
    load_codes()
    load_rules()
    city = open_account(username="bench", name="量测", synthetic=True)
    give_role(city, Role.CITY_OFFICIAL, ScopeKind.CITY, "", by=None, at=at, reason="量测")
    district = open_account(username="bench2", name="量测区", synthetic=True)
    role, scope = Role.DISTRICT_OFFICIAL, ScopeKind.DISTRICT
    give_role(district, role, scope, DISTRICT, by=None, at=at, reason="量测")
    _write_firms(at, random.Random(1))
    return {"city": city, "district": district}


def _write_firms(at: datetime, chance: random.Random) -> None:
    industries = [one.code for one in codes.all_codes(System.GB_T_4754) if one.level == 4]
    places = [one.code for one in codes.districts()]
    firms = []
    for number in range(FIRMS):
        industry = chance.choice(industries)
        firms.append(
            Organization(
                uscc=uscc.synthetic(number),
                name=f"量测企业 {number}",
                industry=industry,
                key_industry=codes.key_industry_of(industry, hazardous=False),
                district=chance.choice(places),
                status=Status.APPROVED,
                registered_at=at,
                is_synthetic=True,
            )
        )
    Organization.objects.bulk_create(firms, batch_size=AT_ONCE)


def _write(size: int, at: datetime) -> None:
    chance = random.Random(7)
    firms = list(Organization.objects.all())
    _write_headcounts(firms, at, chance)
    lists = _Lists(local_date(at))
    for start in range(0, size, AT_ONCE):
        with transaction.atomic():
            _write_some(min(AT_ONCE, size - start), lists, firms, at, chance)


def _write_headcounts(firms: Sequence[Organization], at: datetime, chance: random.Random) -> None:
    today = local_date(at)
    first = today.year * 12 + today.month - 1 - YEARS * 12
    months = [date(m // 12, m % 12 + 1, 1) for m in range(first, first + YEARS * 12 + 1)]
    rows = [
        InsuredHeadcount(organization=firm, month=month, people=chance.randint(5, 400))
        for firm in firms
        for month in months
    ]
    InsuredHeadcount.objects.bulk_create(rows, batch_size=AT_ONCE)


class _Lists:
    """The codes to draw from, on both sides of the day on which accident types changed."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.districts = [one.code for one in codes.districts()]
        self.industries = [one.code for one in codes.all_codes(System.GB_T_4754)]
        self.keys = [code for code, _ in codes.choices(System.KEY_INDUSTRY)]
        self.parts = ["", *[code for code, _ in codes.choices(System.BODY_PART)]]
        self.sources = ["", *[code for code, _ in codes.choices(System.INJURY_SOURCE)]]
        self.roles = ["", *[code for code, _ in codes.choices(System.OCCUPATION_ROLE)]]


def _write_some(
    count: int, lists: _Lists, firms: Sequence[Organization], at: datetime, chance: random.Random
) -> None:
    made = Case.objects.bulk_create([_case(lists, firms, at, chance) for _ in range(count)])
    Recognition.objects.bulk_create(
        [
            Recognition(
                case=case,
                status=RecognitionStatus.DECIDED,
                decided_on=case.injured_on + timedelta(days=chance.randint(20, 90)),
                outcome=chance.choices(RecognitionOutcome.values, [88, 4, 6, 2])[0],
            )
            for case in made
            if chance.random() < 0.9
        ]
    )
    CaseVersion.objects.bulk_create(
        [
            CaseVersion(
                case=case,
                values={"severity": "unknown", "type_code": None},
                since=case.known_at,
                replaced_at=min(case.known_at + timedelta(days=chance.randint(5, 200)), at),
            )
            for case in made
            if chance.random() < 0.1
        ]
    )


def _case(
    lists: _Lists, firms: Sequence[Organization], at: datetime, chance: random.Random
) -> Case:
    def draw(words: Sequence[str]) -> str:
        return words[min(int(chance.expovariate(4) * len(words)), len(words) - 1)]

    ago = int(YEARS * 365 * chance.random())
    day = lists.today - timedelta(days=ago)
    known = at - timedelta(
        days=max(ago - chance.randint(0, 120), 0), minutes=chance.randint(1, 900)
    )
    firm = chance.choice(firms)
    types = [code.code for code in codes.accident_types(day)]
    return Case(
        organization=firm,
        employer_name=firm.name,
        injured_on=day,
        injured_hour=min(23, int(abs(chance.gauss(13, 5)))),
        district=draw(lists.districts),
        industry=chance.choice(lists.industries),
        key_industry=draw(lists.keys),
        occupation=draw(lists.roles),
        age=chance.randint(17, 66),
        tenure_months=int(chance.expovariate(1 / 40)),
        circumstance=chance.choices(Circumstance.values, [70, 8, 14, 2, 2, 2, 2])[0],
        severity=chance.choices(Severity.values, [82, 12, 3, 3])[0],
        lost_days=None,
        type_code=draw(types),
        part_code=draw(lists.parts),
        source_code=draw(lists.sources),
        known_at=known,
        changed_at=known,
        is_synthetic=True,
    )
