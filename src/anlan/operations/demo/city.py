"""Building the demonstration city: who can log in, past years in bulk, today by the services."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction

from anlan.courses.models import Syllabus
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.services import give_role, open_account
from anlan.identity.models import Person
from anlan.identity.services import employ, register_person
from anlan.lib import uscc
from anlan.lib.dates import at_shanghai, local_date
from anlan.operations.demo import exemplars, hazards, injuries, lessons, live, visits, watch
from anlan.operations.demo.past import PLAN_BEGINS, Past, Say, open_projects, shelves_of, write_past
from anlan.operations.demo.people import write_firms, write_people
from anlan.operations.logins import DEMONSTRATION_PASSWORD, LOGINS
from anlan.operations.story.names import Inventor
from anlan.operations.story.troupe import Enterprise, Officials, Provider, project, provider
from anlan.organizations.models import Organization
from anlan.organizations.services import approve_organization, register_organization
from anlan.programs.models import Project

DISTRICT = "370112"


@dataclass(frozen=True)
class Size:
    """How large a city. `sessions` are half-days (场次) of closed classes.

    `injuries` are cases over the years of the plan, `hazards` those that were put right meanwhile.
    """

    firms: int
    registered: int
    people: int
    sessions: int
    class_size: int
    providers: int
    injuries: int = 0
    hazards: int = 0


SMALL = Size(
    firms=90,
    registered=52,
    people=900,
    sessions=150,
    class_size=18,
    providers=3,
    injuries=600,
    hazards=120,
)
# The article's proportions: 1,036 sessions, 88,000+ attendances, 7,000+ key-industry enterprises,
# 4,046 of them registered, 47,412 online learners.
FULL = Size(
    firms=7_900,
    registered=4_046,
    people=47_412,
    sessions=1_036,
    class_size=88,
    providers=12,
    injuries=12_000,
    hazards=1_500,
)


def build(size: Size, *, seed: int, today: datetime, say: Say, plant: bool = True) -> None:
    """Fill an empty, set-up database. The same seed and day make the same city.

    `plant` puts a few differences into it, for the supervision desk to be tried.
    """
    chance = random.Random(seed)
    inventor = Inventor(seed)
    with transaction.atomic():
        who = _officials(today)
        houses = _providers(size.providers, who, inventor, today)
        say(f"官员与 {len(houses)} 家培训机构")
    with transaction.atomic():
        began = at_shanghai(PLAN_BEGINS, datetime.min.time().replace(hour=9))
        firms = write_firms(size.firms, size.registered, who.district, chance=chance, at=began)
        people = write_people(
            firms[: size.registered], size.people, inventor, chance=chance, at=began
        )
        say(f"{size.firms} 家企业（已注册 {size.registered}），{size.people} 名职工")
    past = Past(
        who=who,
        houses=houses,
        firms=firms[: size.registered],
        people=people,
        shelves=shelves_of(who.city, today),
        projects=open_projects(today),
        chance=chance,
        class_size=size.class_size,
        taken=set(),
        numbers={},
    )
    write_past(past, size.sessions, today, say)
    with transaction.atomic():
        _newcomers(today)
        played = _stage(who, houses[0], inventor, today)
        classes = live.put_on(played)
        say(f"{len(classes)} 个可以上手操作的班，各处于不同状态")
    with transaction.atomic():
        insured = [*(f.organization for f in firms), *(h.organization for h in played.houses)]
        months = injuries.write_headcounts(insured, today, seed=seed)
        cases = injuries.put_on(past, firms, played, size.injuries, seed=seed)
        say(f"{cases} 起工伤案件，{months} 条参保人数")
        say(f"{hazards.write_past(past, firms, played, size.hazards, seed=seed)} 条历史隐患")
    with transaction.atomic():
        say(f"{lessons.put_on(who.city, today)} 课线上课件")
    if plant:
        with transaction.atomic():
            stage = watch.Stage(today=today, who=who, manager=houses[0].manager)
            say(f"{watch.put_on(stage, classes)} 件演示疑点、一次抽查公告、回访名单")
            say(f"{hazards.put_on(played)} 条演示隐患、两件举报")
            expert = _login(Role.EXPERT)
            say(f"{visits.put_on(played, firms[: size.registered], expert)} 次演示诊疗和自查")
            named = exemplars.put_on(played, houses[-1], past.shelves, past.projects, inventor)
            say(f"{named} 家示范企业，各处于不同状态")


def _officials(today: datetime) -> Officials:
    at = today - timedelta(days=400)
    accounts = {login.role: _account(login.username, login.name) for login in LOGINS}
    scopes = {
        Role.CITY_OFFICIAL: (ScopeKind.CITY, ""),
        Role.DISTRICT_OFFICIAL: (ScopeKind.DISTRICT, DISTRICT),
        Role.DEPARTMENT_OFFICIAL: (ScopeKind.INDUSTRY, "hazchem"),
        Role.EXPERT: (ScopeKind.INDUSTRY, "hazchem"),
        Role.OPERATOR: (ScopeKind.CITY, ""),
        Role.LEARNER: (ScopeKind.CITY, ""),
    }
    for role, (scope, key) in scopes.items():
        give_role(accounts[role], role, scope, key, by=None, at=at, reason="演示")
    return Officials(accounts[Role.CITY_OFFICIAL], accounts[Role.DISTRICT_OFFICIAL])


def _account(username: str, name: str) -> User:
    return open_account(
        username=username, name=name, password=DEMONSTRATION_PASSWORD, synthetic=True
    )


def _login(role: Role) -> User:
    username = next(login.username for login in LOGINS if login.role == role)
    return User.objects.get(username=username)


def _providers(count: int, who: Officials, inventor: Inventor, today: datetime) -> list[Provider]:
    """The first provider's staff are those who can log in."""
    at = today - timedelta(days=390)
    houses = [
        provider(f"{name}培训中心（演示）", n + 1, who, inventor, at=at, district=DISTRICT)
        for n, name in enumerate(islice(_provider_names(), count))
    ]
    house = houses[0]
    for role in (Role.CLASS_MANAGER, Role.TRAINER, Role.EXAMINER):
        key = str(house.organization.uid)
        give_role(
            _login(role), role, ScopeKind.ORGANIZATION, key, by=who.city, at=at, reason="演示"
        )
    trainer = house.trainers[0]
    trainer.user = _login(Role.TRAINER)
    trainer.save(update_fields=["user"])
    staffed = Provider(
        house.organization,
        _login(Role.CLASS_MANAGER),
        _login(Role.EXAMINER),
        house.trainers,
        house.rooms,
    )
    return [staffed, *houses[1:]]


def _provider_names() -> Iterator[str]:
    words = ("安济", "泉城鼎安", "莱芜安和", "历山", "齐鲁实训", "黄河安培", "明湖", "长清安职")
    yield from words
    yield from (f"第{n}" for n in range(9, 99))


def _stage(who: Officials, house: Provider, inventor: Inventor, today: datetime) -> live.Stage:
    """The enterprise of the safety officer who can log in, a second one, and the learner."""
    at = today - timedelta(days=120)
    first = _enterprise("泉润新材料（演示）有限公司", 2, _login(Role.SAFETY_OFFICER), who, at)
    officer = open_account(username="demo-officer-b", name="安全员（演示）", synthetic=True)
    second = _enterprise("东岭精细化工（演示）有限公司", 3, officer, who, at)
    learner = _employ(first, inventor, at, name=_login(Role.LEARNER).name)
    learner.user = _login(Role.LEARNER)
    learner.save(update_fields=["user"])
    people = tuple(
        tuple(_employ(body, inventor, at) for _ in range(count))
        for body, count in ((first, 16), (second, 9))
    )
    houses = (
        Enterprise(first, _login(Role.SAFETY_OFFICER), people[0]),
        Enterprise(second, officer, people[1]),
    )
    return live.Stage(
        today=today,
        who=who,
        house=house,
        houses=houses,
        learner=learner,
        project=_running_project(today),
        district=DISTRICT,
        syllabus=Syllabus.objects.get(key="hazchem-team-leader"),
    )


def _newcomers(today: datetime) -> None:
    """Two enterprises that have just registered and wait for their district."""
    for n, name in enumerate(("鼎立涂料（演示）有限公司", "恒泰精细化工（演示）有限公司")):
        officer = open_account(username=f"demo-new-{n}", name="安全员（演示）", synthetic=True)
        _register(name, 40 + n, officer, today - timedelta(days=2 - n, hours=3))


def _running_project(today: datetime) -> Project:
    """A project that covers the days around today, over the turn of the year too."""
    return project(since=today, code=f"YS-{local_date(today).year}-A")


def _enterprise(name: str, seed: int, officer: User, who: Officials, at: datetime) -> Organization:
    body = _register(name, seed, officer, at)
    return approve_organization(body, by=who.district, at=at, reason="登记信息无误")


def _register(name: str, seed: int, officer: User, at: datetime) -> Organization:
    return register_organization(
        by=officer,
        at=at,
        synthetic=True,
        kind="employer",
        uscc=uscc.synthetic(9_000 + seed),
        name=name,
        industry="C2614",
        district=DISTRICT,
        hazardous=True,
        headcount=160,
        address=f"样例路 {seed} 号",
        contact_name="演示联系人",
        contact_phone="",
    )


def _employ(body: Organization, inventor: Inventor, at: datetime, name: str = "") -> Person:
    one = inventor.person()
    person, _new = register_person(
        name=name or one.name,
        id_number=one.id_number,
        phone=one.phone,
        by=body.registered_by,
        at=at,
        synthetic=True,
    )
    employ(
        person,
        body,
        role="team_leader",
        trade="操作工",
        department="生产部",
        on=local_date(at),
        by=body.registered_by,
    )
    return person
