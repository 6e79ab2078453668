"""The players of a story: officials, a provider with its staff, enterprises with their rosters."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.services import give_role, open_account
from anlan.foundation.files.responses import XLSX
from anlan.identity.models import Person, RosterUpload
from anlan.identity.services.rosters import confirm_roster, import_roster, upload_roster
from anlan.lib import uscc
from anlan.lib.dates import local_date
from anlan.lib.spreadsheets import write_table
from anlan.operations.story.names import Inventor
from anlan.organizations.models import Kind, Organization
from anlan.organizations.services import approve_organization, register_organization
from anlan.programs.models import Project
from anlan.resources.models import Venue, VenueKind
from anlan.trainers.models import Trainer

ROSTER_HEADERS = ("姓名", "身份证号", "手机号", "岗位类别", "工种", "部门")


@dataclass(frozen=True)
class Officials:
    """Who decides in a story."""

    city: User
    district: User


@dataclass(frozen=True)
class Provider:
    """A training provider and whom it employs."""

    organization: Organization
    manager: User
    examiner: User
    trainers: tuple[Trainer, ...]
    rooms: tuple[Venue, ...]


@dataclass(frozen=True)
class Enterprise:
    """An employer, its safety officer and the people on its roster."""

    organization: Organization
    officer: User
    people: tuple[Person, ...] = ()


def officials(district: str, *, at: datetime, suffix: str = "") -> Officials:
    """A city official and the official of one district."""
    city = open_account(username=f"story-city{suffix}", name="市级监管员", synthetic=True)
    give_role(city, Role.CITY_OFFICIAL, ScopeKind.CITY, by=None, at=at, reason="演示")
    local = open_account(username=f"story-district{suffix}", name="区县经办", synthetic=True)
    give_role(
        local, Role.DISTRICT_OFFICIAL, ScopeKind.DISTRICT, district, by=city, at=at, reason="演示"
    )
    return Officials(city, local)


def register(
    name: str, kind: Kind, seed: int, *, by: User, at: datetime, district: str, industry: str
) -> Organization:
    """An organisation registers itself with an invented credit code."""
    return register_organization(
        by=by,
        at=at,
        synthetic=True,
        kind=kind,
        uscc=uscc.synthetic(seed, kind="52" if kind == Kind.PROVIDER else "91"),
        name=name,
        industry=industry,
        district=district,
        hazardous=kind == Kind.EMPLOYER,
        headcount=0 if kind == Kind.PROVIDER else 160,
        address="样例路 1 号",
        contact_name="演示联系人",
        contact_phone="",
    )


def provider(
    name: str, seed: int, who: Officials, inventor: Inventor, *, at: datetime, district: str
) -> Provider:
    """A provider registers, is approved, and hires two trainers, an examiner and two rooms."""
    manager = open_account(username=f"story-manager-{seed}", name="班主任", synthetic=True)
    body = register(
        name, Kind.PROVIDER, seed, by=manager, at=at, district=district, industry="P8391"
    )
    approve_organization(body, by=who.district, at=at, reason="资质齐全")
    examiner = open_account(username=f"story-examiner-{seed}", name="考官", synthetic=True)
    give_role(
        examiner,
        Role.EXAMINER,
        ScopeKind.ORGANIZATION,
        str(body.uid),
        by=manager,
        at=at,
        reason="本机构考官",
    )
    trainers = tuple(_trainer(body, inventor.name(), at) for _ in range(2))
    return Provider(body, manager, examiner, trainers, _rooms(body, district))


def _trainer(body: Organization, name: str, at: datetime) -> Trainer:
    return Trainer.objects.create(
        provider=body,
        name=name,
        industries=[],
        qualification="注册安全工程师（演示）",
        qualified_until=local_date(at) + timedelta(days=900),
        is_synthetic=True,
    )


def _rooms(body: Organization, district: str) -> tuple[Venue, ...]:
    rooms = (("一号理论教室", VenueKind.CLASSROOM, 120), ("实训场", VenueKind.GROUND, 400))
    return tuple(
        Venue.objects.create(
            owner=body, name=name, kind=kind, district=district, address="样例路 1 号", area_m2=area
        )
        for name, kind, area in rooms
    )


def enterprise(name: str, seed: int, who: Officials, *, at: datetime, district: str) -> Enterprise:
    """An enterprise registers itself and its district approves it."""
    officer = open_account(username=f"story-officer-{seed}", name="企业安全员", synthetic=True)
    body = register(
        name, Kind.EMPLOYER, seed, by=officer, at=at, district=district, industry="C2614"
    )
    approve_organization(body, by=who.district, at=at, reason="信息属实")
    return Enterprise(body, officer)


def upload_people(
    house: Enterprise, inventor: Inventor, count: int, *, at: datetime, spoilt: int = 0
) -> tuple[Enterprise, RosterUpload]:
    """The officer uploads a roster of invented people; `spoilt` rows carry a wrong ID number."""
    rows = []
    for n in range(count + spoilt):
        one = inventor.person()
        number = one.id_number if n < count else one.id_number[:-1] + "?"
        rows.append((one.name, number, one.phone, "班组长", "操作工", "生产部"))
    content = write_table("", ROSTER_HEADERS, rows)
    file = SimpleUploadedFile("花名册.xlsx", content, content_type=XLSX)
    roster = upload_roster(file, house.organization, by=house.officer, at=at)
    confirm_roster(roster, by=house.officer, at=at)
    roster = import_roster(roster, at=at)
    people = Person.objects.filter(employments__organization=house.organization).order_by("id")
    return Enterprise(house.organization, house.officer, tuple(people)), roster


def project(*, since: datetime, code: str) -> Project:
    """A project of the year that `since` lies in, for hazardous chemicals."""
    day = local_date(since)
    return Project.objects.create(
        code=code,
        title=f"{day.year} 年危险化学品企业工伤预防培训（演示）",
        industry="hazchem",
        since=day.replace(month=1, day=1),
        until=day.replace(year=day.year + 1, month=12, day=31),
        quota_people=2000,
        unit_price=300,
        is_synthetic=True,
    )
