"""Injuries of the demonstration city over the years, and how many people are insured each month.

All synthetic, also the narratives; every case is marked as such. Which cases there are is drawn in
`injury_tales`, how they are written stands in `injury_records`.
"""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import connection

from anlan.foundation.accounts.models import User
from anlan.identity.models import Person
from anlan.injuries.models import Circumstance, Severity, Source
from anlan.lib.dates import at_shanghai, local_date
from anlan.operations.demo.injury_courses import Grading, Recognising
from anlan.operations.demo.injury_records import Records
from anlan.operations.demo.injury_tales import Tale, Teller
from anlan.operations.demo.live import Stage
from anlan.operations.demo.past import PLAN_BEGINS, Past
from anlan.operations.demo.people import Firm
from anlan.organizations.models import InsuredHeadcount, Organization

SOURCE = "工伤认定系统导出（演示）"
CHUNK = 20_000
Headcount = tuple[int, str, int]  # organization, month, people


def put_on(past: Past, firms: Sequence[Firm], stage: Stage, count: int, *, seed: int) -> int:
    """So many cases all over the city, and a few of the enterprise that can be logged into."""
    chance = random.Random(f"{seed}/injuries")
    bodies = [firm.organization for firm in firms]
    houses = [house.organization for house in stage.houses]
    officers = {f.organization.pk: f.officer for f in firms if f.officer}
    officers |= {house.organization.pk: house.officer for house in stage.houses}
    people = dict(past.people) | {h.organization.pk: list(h.people) for h in stage.houses}
    teller = Teller(chance, PLAN_BEGINS, stage.today, people, officers)
    tales = [*teller.tales([*bodies, *houses], count), *_of_the_officer(stage)]
    at = at_shanghai(PLAN_BEGINS, datetime.min.time())
    source = Source.objects.create(title=SOURCE, key=["编号"], by=stage.who.city, at=at)

    def decider(district: str) -> User:
        return stage.who.district if district == stage.district else stage.who.city

    return Records(tales, source, stage.today, decider).write()


def write_headcounts(bodies: Sequence[Organization], today: datetime, *, seed: int) -> int:
    """Insured people of every enterprise and month since the plan began; they drift a little.

    Half a million rows in the full city: plain tuples, one statement for each `CHUNK`.
    """
    chance = random.Random(f"{seed}/headcounts")
    months = _months(PLAN_BEGINS, local_date(today))
    rows: list[Headcount] = []
    written = 0
    for body in bodies:
        people = body.headcount * chance.uniform(0.85, 1.1)
        for month in months:
            rows.append((body.pk, month, max(1, round(people))))
            people *= 0.985 + 0.033 * chance.random()
        if len(rows) >= CHUNK:
            written += _insert(rows)
            rows = []
    return written + _insert(rows)


def _insert(rows: list[Headcount]) -> int:
    table = connection.ops.quote_name(InsuredHeadcount._meta.db_table)
    into = f"INSERT INTO {table} (organization_id, month, people, told_by)"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
            cursor.execute(
                f"{into} SELECT *, '' FROM unnest(%s::bigint[], %s::date[], %s::int[])", columns
            )
        else:
            cursor.executemany(f"{into} VALUES (%s, %s, %s, '')", rows)
    return len(rows)


def _months(first: date, last: date) -> list[str]:
    """First days of months, as the databases take them."""
    found, month = [], first.replace(day=1)
    while month <= last:
        found.append(month.isoformat())
        month = (month + timedelta(days=32)).replace(day=1)
    return found


def _of_the_officer(stage: Stage) -> list[Tale]:
    """Of the enterprise whose officer can log in: one to apply for, one that lacks papers, three
    on their way or done."""
    today = local_date(stage.today)

    def ago(days: int) -> date:
        return today - timedelta(days=days)

    # Days ago, place, what happened, severity, 认定, 鉴定
    told = (
        (6, "装卸台", "装卸时鹤管回弹，右手手指被夹伤。", Severity.MINOR, None, ()),
        (26, "二车间反应区", "拆卸法兰时残余碱液喷出，面部灼伤。", Severity.MINOR,
         Recognising(True, ago(12), papers_on=ago(9)), ()),
        (70, "三车间检修平台", "从直梯下来时踏空，足跟着地骨折。", Severity.SERIOUS,
         Recognising(True, ago(58), accepted_on=ago(50)), ()),
        (96, "灌装间", "被积水地面滑倒，手腕扭伤。", Severity.MINOR,
         Recognising(True, ago(88), None, ago(80), True, (), ago(70),
                     "recognised", "条例第十四条（一）"), ()),
        (118, "厂区主路", "下班途中骑电动自行车被碰撞，腰部受伤。", Severity.SERIOUS,
         Recognising(True, ago(110), None, ago(104), False, (), ago(72),
                     "recognised", "条例第十四条（六）"), (Grading(ago(40)),)),
    )  # fmt: skip
    house = stage.houses[0]
    found = []
    for n, (days, place, what, severity, course, grading) in enumerate(told):
        noticed = at_shanghai(ago(days), datetime.min.time().replace(hour=9 + n, minute=20))
        commuting = "途中" in what
        found.append(
            Tale(
                organization=house.organization,
                officer=house.officer,
                person=house.people[n],
                noticed_at=noticed,
                place=place,
                narrative=what,
                severity=severity,
                circumstance=Circumstance.COMMUTING if commuting else Circumstance.WORK,
                coded=_said(house.people[n], days),
                reported_at=noticed + timedelta(hours=3 + n),
                recognition=course,
                appraisals=grading,
            )
        )
    return found


def _said(person: Person, days: int) -> dict[str, object]:
    return {"trade": "操作工", "occupation": "team_leader", "tenure_months": 20 + days}
