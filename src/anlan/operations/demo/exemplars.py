"""Demonstration enterprises in four states, and what one more declares, by the services.

Their class is written in bulk; hazards, drills, spending, applications go through the services.
"""

import io
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from anlan.classes.models import Session
from anlan.classes.services.applications import next_number
from anlan.courses.models import Syllabus
from anlan.exemplars.models import DeclaredMeasure, Drill, Exemplar, Shutdown, Spending
from anlan.exemplars.queries.facts import injury_records
from anlan.exemplars.services import applying, naming, objecting
from anlan.exemplars.services.declaring import declare, return_declaration, verify
from anlan.exemplars.spans import years_before
from anlan.foundation.accounts.services import open_account
from anlan.foundation.codes.queries import accident_types
from anlan.foundation.files.models import StoredFile
from anlan.foundation.rules.queries import rulebook
from anlan.hazards.models import Grade, Source
from anlan.hazards.receipts import code_of, new_ticket
from anlan.hazards.services import rectifying, reporting
from anlan.hazards.services.photos import keep_photos
from anlan.identity.models import Person
from anlan.identity.services import employ, register_person
from anlan.injuries.models import Case, Circumstance, Severity
from anlan.lib import uscc
from anlan.lib.dates import local_date
from anlan.operations.demo.bulk import Group, History
from anlan.operations.demo.examination import Shelf
from anlan.operations.demo.live import Stage
from anlan.operations.story import acts
from anlan.operations.story.names import Inventor
from anlan.operations.story.troupe import Enterprise, Provider
from anlan.organizations.services import approve_organization, register_organization
from anlan.programs.models import Project

NAMES = ("金泉仪表", "泉北阀门", "历山涂装", "明湖机电")
SENT = 6  # people of each, all of them trained
INDUSTRY = "machinery"
MONTHS = 8
DAY = timedelta(days=1)
Shelves = Sequence[tuple[Syllabus, Shelf]]
Projects = dict[tuple[int, str], Project]


@dataclass(frozen=True)
class Kit:
    """What all of it is made with."""

    stage: Stage
    house: Provider
    photo: list[StoredFile]
    inventor: Inventor


def put_on(
    stage: Stage, house: Provider, shelves: Shelves, projects: Projects, inventor: Inventor
) -> int:
    """How many enterprises; one named, one in its notice, one applied, one to be decided on."""
    kit = Kit(stage, house, _picture(stage), inventor)
    models = [_enterprise(kit, n, name) for n, name in enumerate(NAMES)]
    _the_records_begin(kit, stage.houses[1])
    _trained(kit, models, shelves, projects)
    for one in models:
        _kept_in_order(kit, one)
    _in_four_states(kit, models)
    _declares(kit, stage.houses[0])
    return len(models)


def _enterprise(kit: Kit, n: int, name: str) -> Enterprise:
    at = kit.stage.today - 500 * DAY
    officer = open_account(username=f"demo-model-{n}", name="安全员（演示）", synthetic=True)
    body = register_organization(
        by=officer,
        at=at,
        synthetic=True,
        kind="employer",
        uscc=uscc.synthetic(9_100 + n),
        name=f"{name}（演示）有限公司",
        industry="C3411",
        district=kit.stage.district,
        hazardous=False,
        headcount=SENT,
        address=f"样例路 {60 + n} 号",
        contact_name="演示联系人",
        contact_phone="",
    )
    body = approve_organization(body, by=kit.stage.who.district, at=at, reason="登记信息无误")
    people = tuple(_person(kit, Enterprise(body, officer), at) for _ in range(SENT))
    return Enterprise(body, officer, people)


def _person(kit: Kit, house: Enterprise, at: datetime) -> Person:
    one = kit.inventor.person()
    person, _ = register_person(
        name=one.name,
        id_number=one.id_number,
        phone=one.phone,
        by=house.officer,
        at=at,
        synthetic=True,
    )
    body = house.organization
    employ(person, body, trade="操作工", on=local_date(at), by=house.officer)
    return person


def _the_records_begin(kit: Kit, house: Enterprise) -> None:
    """Without any injury on record the platform can't say that there was none."""
    today = local_date(kit.stage.today)
    records = injury_records()
    if records is not None and records.since < years_before(today, 4):
        return
    Case.objects.create(
        organization=house.organization,
        employer_name=house.organization.name,
        district=house.organization.district,
        key_industry=house.organization.key_industry,
        injured_on=years_before(today, 5),
        severity=Severity.MINOR,
        circumstance=Circumstance.WORK,
        known_at=kit.stage.today,
        changed_at=kit.stage.today,
        is_synthetic=True,
    )


def _trained(kit: Kit, models: Sequence[Enterprise], shelves: Shelves, projects: Projects) -> None:
    """One class two months ago with everybody in it."""
    syllabus, shelf = next(row for row in shelves if row[0].industry == INDUSTRY)
    first = _free_monday(kit.house, local_date(kit.stage.today - 62 * DAY))
    project = projects[first.year, INDUSTRY]
    count = len(models) * SENT
    title = f"{syllabus.title}（演示）专班"
    plan = acts.Plan(title, syllabus, project, kit.stage.district, count, first)
    History(
        plan=plan,
        house=kit.house,
        who=kit.stage.who,
        groups=[Group(one.organization, one.officer, one.people) for one in models],
        shelf=shelf,
        number=next_number(first.year),
        rules=rulebook(first, scope=INDUSTRY),
        chance=random.Random(9),
        skill=1.0,
    ).write()


def _free_monday(house: Provider, day: date) -> date:
    """A week in which none of the provider's trainers and rooms is taken."""
    monday = day - timedelta(days=day.weekday())
    week = timedelta(days=7)
    while Session.objects.filter(
        klass__provider=house.organization, day__gte=monday, day__lt=monday + week
    ).exists():
        monday -= week
    return monday


def _kept_in_order(kit: Kit, house: Enterprise) -> None:
    """A hazard a month found and put right, two drills and a year's spending verified."""
    for n in range(2, MONTHS + 2):
        _hazard(kit, house, kit.stage.today - timedelta(days=31 * n))
    for days, needed in ((70, 205), (160, 260)):
        _drill(kit, house, days, needed, verified=True)
    _spending(kit, house, 1_260_000, verified=True)


def _hazard(kit: Kit, house: Enterprise, at: datetime) -> None:
    risk = accident_types(local_date(at))[0].code
    report = reporting.Report(
        organization=house.organization,
        place="机加工车间",
        what="防护罩松动，班前检查发现（演示）",
        risk=risk,
        grade=Grade.GENERAL,
        nonce=uuid.uuid4(),
        photos=kit.photo,
    )
    by = house.officer
    hazard, _ = reporting.report_hazard(
        report, source=Source.SELF_CHECK, by=by, at=at, synthetic=True
    )
    reporting.accept_hazard(hazard, by=by, at=at + DAY / 24)
    rectifying.assign_hazard(hazard, house.people[0], by=by, at=at + DAY / 12)
    rectifying.rectify_hazard(hazard, "已紧固，试过", kit.photo, by=by, at=at + 2 * DAY)
    rectifying.close_hazard(hazard, "牢固", by=kit.stage.who.district, at=at + 3 * DAY)


def _drill(
    kit: Kit, house: Enterprise, days: int, needed: int, *, verified: bool, wanted: int = 300
) -> Drill:
    at = kit.stage.today - days * DAY
    facts = {
        "held_on": local_date(at - DAY),
        "scenario": "突然停电时设备紧急停车（演示）",
        "seconds_needed": needed,
        "seconds_wanted": wanted,
        "people": SENT,
        "witness": "演示见证人",
    }
    body = house.organization
    one = declare(Drill, body, facts, kit.photo, by=house.officer, at=at, synthetic=True)
    if verified:
        verify(one, by=kit.stage.who.district, at=at + 2 * DAY)
    return one


def _spending(kit: Kit, house: Enterprise, spent: int, *, verified: bool) -> None:
    at = kit.stage.today - 65 * DAY
    facts = {
        "year": local_date(kit.stage.today - 40 * DAY).year - 1,
        "prescribed": Decimal(1_200_000),
        "spent": Decimal(spent),
        "basis": "上年度营业收入，超额累退（演示）",
    }
    body = house.organization
    one = declare(Spending, body, facts, kit.photo, by=house.officer, at=at, synthetic=True)
    if verified:
        verify(one, by=kit.stage.who.district, at=at + 5 * DAY)


def _in_four_states(kit: Kit, models: Sequence[Enterprise]) -> None:
    named, announced, applied, doubted = models
    stage, today = kit.stage, kit.stage.today
    for house in (named, doubted):
        one = _announced(kit, house, today - 30 * DAY)
        naming.name_exemplar(one, by=stage.who.city, at=today - 20 * DAY)
    for _ in range(2):  # two who came after the class: not everybody is trained any more
        _person(kit, doubted, today - 6 * DAY)
    naming.watch(one, at=today - DAY)
    running = _announced(kit, announced, today - 2 * DAY)
    words = "去年听说有人受伤没有上报，请核实。（演示）"
    objecting.object_to(running, words, code=code_of(new_ticket()), at=today - DAY)
    _applied(kit, applied, today - 4 * DAY)


def _applied(kit: Kit, house: Enterprise, at: datetime) -> Exemplar:
    words = "班前会讲风险，隐患当班消除，全员轮训。（演示）"
    body = house.organization
    return applying.apply_for_naming(body, words, by=house.officer, at=at, synthetic=True)


def _announced(kit: Kit, house: Enterprise, at: datetime) -> Exemplar:
    one = _applied(kit, house, at - 4 * DAY)
    applying.examine(one, "现场核查，与核对结果一致。", by=kit.stage.who.district, at=at - 2 * DAY)
    applying.announce(one, "同意公示。", by=kit.stage.who.city, at=at)
    return one


def _declares(kit: Kit, house: Enterprise) -> None:
    """The officer who can log in: one of each kind, waiting, verified and sent back."""
    stage, by, body = kit.stage, house.officer, house.organization
    at = stage.today - 3 * DAY
    _drill(kit, house, 45, 280, verified=True)
    _drill(kit, house, 2, 340, verified=False)
    late = _drill(kit, house, 20, 100, verified=False)
    reason = "录像里看不出从报警到停车用了多久，请补一段完整录像。"
    return_declaration(late, reason, by=stage.who.district, at=stage.today - 18 * DAY)
    _spending(kit, house, 1_080_000, verified=False)
    since = local_date(stage.today - 40 * DAY)
    shutdown = {"since": since, "until": since + 6 * DAY, "what": "秋季停车检修（演示）"}
    declare(Shutdown, body, shutdown, kit.photo, by=by, at=at, synthetic=True)
    for key, right, all_of_them in (("ppe", 43, 50), ("mechanisation", 9, 12)):
        measure = {
            "key": key,
            "numerator": right,
            "denominator": all_of_them,
            "on": local_date(at),
            "note": "班前清点（演示）",
        }
        declare(DeclaredMeasure, body, measure, kit.photo, by=by, at=at, synthetic=True)


def _picture(stage: Stage) -> list[StoredFile]:
    """A plain drawing, nobody's photo and plainly so."""
    image = Image.new("RGB", (960, 640), "#d7dbd4")
    drawn = ImageDraw.Draw(image)
    drawn.rectangle((0, 460, 960, 640), fill="#9aa192")
    drawn.rectangle((250, 220, 700, 460), fill="#54708c")
    drawn.ellipse((410, 270, 540, 400), fill="#e3e6df")
    out = io.BytesIO()
    image.save(out, "JPEG")
    upload = SimpleUploadedFile("demo.jpg", out.getvalue(), "image/jpeg")
    return keep_photos([upload], by=stage.who.city, at=stage.today - 600 * DAY)
