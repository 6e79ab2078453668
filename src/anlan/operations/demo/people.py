"""Enterprises and people of the demonstration, written in bulk with the services' own lines."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password

from anlan.foundation.accounts.models import Grant, Role, ScopeKind, User
from anlan.foundation.codes.queries import key_industry_of
from anlan.foundation.ledger.services import Line, record_many
from anlan.identity.models import Employment, Person
from anlan.identity.services.people import new_person, registration_line
from anlan.lib import uscc
from anlan.lib.bigrams import bigrams
from anlan.lib.dates import local_date
from anlan.operations.story.names import Inventor
from anlan.organizations.models import Kind, Organization, Status

# Key industry → GB/T 4754 classes that count as it, and words for an invented firm's name.
TRADES = {
    "hazchem": (("C2614", "C2661", "C2511"), ("化工", "新材料", "涂料")),
    "metallurgy": (("C3120", "C3130", "C3252"), ("钢铁", "轧钢", "铝业")),
    "mining": (("B0810", "B1019", "B0610"), ("铁矿", "矿业", "石料")),
    "building_materials": (("C3021", "C3011", "C3031"), ("建材", "水泥", "混凝土")),
    "construction": (("E4710", "E4813", "E4910"), ("建工", "路桥", "安装")),
    "transport": (("G5430", "G5442", "G5910"), ("运输", "物流", "公交")),
    "machinery": (("C3411", "C3321", "C3511"), ("机械", "精工", "装备")),
    "other": (("F5211", "H6210", "O8010"), ("商贸", "餐饮", "服务")),
}
DISTRICT_WEIGHTS = {
    "370102": 9,
    "370103": 8,
    "370104": 8,
    "370105": 9,
    "370112": 14,
    "370113": 7,
    "370114": 15,
    "370115": 8,
    "370116": 12,
    "370117": 6,
    "370124": 5,
    "370126": 6,
    "370176": 11,
    "3701QB": 3,
    "3701NS": 1,
}
WORDS = "安恒泰瑞丰盛源宏达华兴鲁泉济润晟卓隆嘉信诚远航凯朗鼎立博正德明辉永昌"
ROLES = ("worker", "worker", "worker", "team_leader", "safety_manager", "head")


@dataclass(frozen=True)
class Firm:
    """An enterprise of the demonstration with its officer (None: known, not yet registered)."""

    organization: Organization
    officer: User | None


def write_firms(
    count: int, registered: int, official: User, *, chance: random.Random, at: datetime
) -> list[Firm]:
    """Enterprises with invented names; the first `registered` of them have an account."""
    officers = _accounts((f"demo-officer-{n}", "安全员（演示）") for n in range(1, registered + 1))
    firms = [
        Firm(
            _organization(n, officers[n] if n < registered else None, official, chance, at),
            officers[n] if n < registered else None,
        )
        for n in range(count)
    ]
    saved = Organization.objects.bulk_create([f.organization for f in firms], batch_size=500)
    _grant(firms, at)
    record_many([line for body in saved for line in registration_lines(body)])
    return firms


def registration_lines(body: Organization) -> list[Line]:
    """What registering and approving an organisation writes."""
    if body.registered_by is None:
        return []
    data = {"kind": str(body.kind), "uscc": body.uscc}
    registered = Line(
        body.subject, "organization_registered", body.registered_by, body.registered_at, data
    )
    if body.reviewed_at is None:
        return [registered]
    reason = {"reason": body.review_reason}
    approved = Line(
        body.subject, "organization_approved", body.reviewed_by, body.reviewed_at, reason
    )
    return [registered, approved]


def write_people(
    firms: Sequence[Firm], count: int, inventor: Inventor, *, chance: random.Random, at: datetime
) -> dict[int, list[Person]]:
    """People with accounts, each employed by one firm; returns them by organisation id."""
    invented = [inventor.person() for _ in range(count)]
    persons = [
        new_person(one.name, one.id_number, one.phone, at=at, synthetic=True) for one in invented
    ]
    users = _accounts((f"p-{person.uid.hex}", person.name) for person in persons)
    for person, user in zip(persons, users, strict=True):
        person.user = user
    Person.objects.bulk_create(persons, batch_size=500)
    _learners(users, at)
    record_many([registration_line(person, by=None, at=at) for person in persons])
    by_firm: dict[int, list[Person]] = {firm.organization.pk: [] for firm in firms}
    jobs = [_job(person, firms[n % len(firms)], chance, at) for n, person in enumerate(persons)]
    Employment.objects.bulk_create(jobs, batch_size=500)
    for job in jobs:
        by_firm[job.organization_id].append(job.person)
    return by_firm


def _organization(
    n: int, officer: User | None, official: User, chance: random.Random, at: datetime
) -> Organization:
    trade = chance.choices(list(TRADES), weights=(9, 6, 5, 10, 22, 16, 22, 10))[0]
    codes, kinds = TRADES[trade]
    industry, hazardous = chance.choice(codes), trade == "hazchem"
    given = "".join(chance.choice(WORDS) for _ in range(2))
    name = f"{given}{chance.choice(kinds)}（演示{n + 1:04d}）有限公司"
    code = uscc.synthetic(10_000 + n)
    district = chance.choices(list(DISTRICT_WEIGHTS), weights=list(DISTRICT_WEIGHTS.values()))[0]
    return Organization(
        kind=Kind.EMPLOYER,
        uscc=code,
        name=name,
        industry=industry,
        key_industry=key_industry_of(industry, hazardous),
        hazardous=hazardous,
        district=district,
        address="样例路 1 号",
        headcount=chance.choice((12, 28, 45, 60, 90, 140, 260, 480)),
        contact_name="演示联系人",
        status=Status.APPROVED,
        registered_by=officer,
        registered_at=at,
        reviewed_by=official if officer else None,
        reviewed_at=at + timedelta(days=1) if officer else None,
        review_reason="登记信息无误" if officer else "",
        is_synthetic=True,
        search=bigrams(name, code),
    )


def _job(person: Person, firm: Firm, chance: random.Random, at: datetime) -> Employment:
    return Employment(
        person=person,
        organization=firm.organization,
        role=chance.choice(ROLES),
        trade="操作工",
        department="生产部",
        since=local_date(at),
    )


def _accounts(wanted: Iterable[tuple[str, str]]) -> list[User]:
    """Accounts that nobody can log into by password."""
    locked = make_password(None)
    users = [
        User(username=username, name=name, password=locked, is_synthetic=True)
        for username, name in wanted
    ]
    return User.objects.bulk_create(users, batch_size=500)


def _learners(users: Sequence[User], at: datetime) -> None:
    """The role that `ensure_account` gives."""
    Grant.objects.bulk_create(
        [
            Grant(
                user=user,
                role=Role.LEARNER,
                scope_kind=ScopeKind.CITY,
                since=at,
                reason="实名学员",
            )
            for user in users
        ],
        batch_size=500,
    )


def _grant(firms: Sequence[Firm], at: datetime) -> None:
    Grant.objects.bulk_create(
        [
            Grant(
                user=firm.officer,
                role=Role.SAFETY_OFFICER,
                scope_kind=ScopeKind.ORGANIZATION,
                scope_key=str(firm.organization.uid),
                since=at,
                reason="登记本单位",
                granted_by=firm.officer,
            )
            for firm in firms
            if firm.officer
        ],
        batch_size=500,
    )
