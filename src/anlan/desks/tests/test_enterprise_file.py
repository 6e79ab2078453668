"""一企一档: what to do this week comes first, and everybody sees what each room lets them see."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anlan.courses.models import Syllabus
from anlan.desks.enterprise_file.page import file_of
from anlan.desks.enterprise_file.shape import Asked, Section
from anlan.exemplars.services.computing import keep_indicators
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.hazards.models import Grade
from anlan.hazards.services.reporting import accept_hazard
from anlan.hazards.tests.builders import a_hazard, a_worker_with_account, an_assigned_hazard
from anlan.identity.models import Employment
from anlan.injuries.models import Case, Circumstance, Recognition
from anlan.injuries.services.reports import Told, report_injury
from anlan.lib.dates import local_date
from anlan.testing.cast import NOW, Cast, a_user
from anlan.testing.classes import a_worker
from anlan.testing.scenes import remembered

Enter = Callable[[User], Client]
DAY = timedelta(days=1)
TODAY = local_date(NOW)


def asked(cast: Cast, user: User, *, own: bool = False) -> Asked:
    return Asked(user, cast.enterprise, NOW, own)


def part(cast: Cast, key: str, user: User, *, own: bool = False) -> Section:
    found = file_of(asked(cast, user, own=own)).sections
    return next(one for one in found if one.key == key)


def told(section: Section) -> dict[str, str]:
    return {line.label: f"{line.value} {line.note}".strip() for line in section.lines}


def a_case(cast: Cast, on: date, **said: object) -> Case:
    facts: dict[str, object] = {
        "organization": cast.enterprise,
        "district": "370112",
        "key_industry": "hazchem",
        "circumstance": Circumstance.WORK,
        "severity": "minor",
        "injured_on": on,
        "known_at": NOW,
        "changed_at": NOW,
    }
    return Case.objects.create(**facts | said)


def a_report(cast: Cast, at: datetime = NOW - DAY) -> None:
    facts = Told(at, "二车间", "手指被夹", "minor", person_name="周小明")
    report_injury(cast.enterprise, facts, nonce=uuid4(), by=cast.safety_officer, at=at)


@remembered
def a_week(cast: Cast) -> None:
    """A hazard that waits, one that is late, a 快报 nobody applied for, one who must be trained."""
    person, _ = a_worker_with_account(cast)
    an_assigned_hazard(cast, person, at=NOW - 20 * DAY)
    accept_hazard(a_hazard(cast, grade=Grade.MAJOR), by=cast.district_official, at=NOW)
    a_report(cast)
    Syllabus.objects.create(
        key="hazchem-t",
        title="危化班组长",
        industry="hazchem",
        role="team_leader",
        hours_required=8,
    )
    Employment.objects.filter(person=person).update(
        role="team_leader", since=TODAY - timedelta(days=100)
    )


def test_next_steps_come_first_by_their_day(cast: Cast, browser_of: Enter) -> None:
    a_week(cast)
    browser = browser_of(cast.safety_officer)
    page = browser.get(reverse("desks:enterprise", args=[cast.enterprise.uid]))
    steps = page.context["file"].steps
    assert [step.title.partition("：")[0] for step in steps] == [
        "完成整改",
        "指派整改",
        "企业自查",
        "申请工伤认定",
        "安排 1 人首次参训",
    ]
    assert [step.act for step in steps] == ["去整改", "去指派", "去自查", "查看案件", "预约培训"]
    assert steps[3].due.date() == TODAY + timedelta(days=29)
    assert local_date(steps[4].due) == TODAY + timedelta(days=80)
    for step in steps:
        assert browser.get(step.href).status_code == 200
    html = page.content.decode()
    assert html.index("下一步") < html.index("风险信号") < html.index("距上一起")
    assert page.context["file"].week == 2


def test_the_risk_says_what_it_is_computed_from(cast: Cast) -> None:
    a_week(cast)
    a_case(cast, TODAY - 300 * DAY, severity="serious")
    found = told(part(cast, "risk", cast.city_official))
    assert found["风险信号"] == (
        "6 个里出现 4 个 近三年重伤、死亡 1 人；今年工伤 2 人，去年全年 0 人；"
        "未销号重大隐患 1 条；超期隐患 1 条"
    )
    assert found["其余信号"] == "自查没有过期；没有逾期未训的人"
    assert found["重大隐患"] == "二车间平台 待指派"


def test_a_quiet_enterprise_has_no_sign(cast: Cast, browser_of: Enter) -> None:
    found = told(part(cast, "risk", cast.city_official))
    assert found["风险信号"] == "6 个都没有出现"
    url = reverse("desks:enterprise", args=[cast.enterprise.uid])
    assert "没有到期的事" in browser_of(cast.city_official).get(url).content.decode()


def test_injuries_by_severity_and_the_commute_apart(cast: Cast) -> None:
    a_case(cast, TODAY - 3 * DAY, type_code="10")
    a_case(cast, TODAY - 4 * DAY, circumstance=Circumstance.COMMUTING, severity="death")
    a_case(cast, date(TODAY.year - 1, 5, 1), severity="death")
    a_case(cast, date(TODAY.year - 4, 5, 1), severity="death")
    a_case(cast, TODAY, withdrawn_at=NOW)
    found = part(cast, "injuries", cast.city_official)
    assert found.table is not None
    year = TODAY.year
    assert [list(row) for row in found.table.rows] == [
        [f"{year}", "0", "0", "1", "0", "1"],
        [f"{year - 1}", "1", "0", "0", "0", "0"],
        [f"{year - 2}", "0", "0", "0", "0", "0"],
    ]
    assert told(found)["距上一起"].startswith("3 天")
    assert found.risks[0].value == "高处坠落 1"


def test_clocks_of_the_authority_are_steps_for_those_who_decide(cast: Cast) -> None:
    case = a_case(cast, TODAY - 90 * DAY)
    Recognition.objects.create(
        case=case, status="accepted", accepted_on=TODAY - 70 * DAY, due_on=TODAY - 10 * DAY
    )
    late = part(cast, "injuries", cast.district_official)
    assert [step.act for step in late.steps] == ["去办理"]
    assert told(late)["在办认定、鉴定"] == "认定 1 件，鉴定 0 件 逾期 1 件"
    own = part(cast, "injuries", cast.safety_officer, own=True)
    assert not own.steps
    assert told(own)["在办认定、鉴定"] == told(late)["在办认定、鉴定"]


def test_names_are_masked_for_officials_and_cases_elsewhere_unseen(
    cast: Cast, browser_of: Enter
) -> None:
    a_week(cast)
    a_case(cast, TODAY, district="370113", key_industry="other")
    name = Employment.objects.filter(role="team_leader").get().person.name
    url = reverse("desks:enterprise", args=[cast.enterprise.uid])
    assert name in browser_of(cast.safety_officer).get(url).content.decode()
    department = a_user("dept", "应急", Role.DEPARTMENT_OFFICIAL, ScopeKind.INDUSTRY, "hazchem")
    for user in (cast.city_official, cast.district_official, department):
        page = browser_of(user).get(url).content.decode()
        assert name not in page
        assert "手指被夹" not in page
        assert "周小明" not in page
        assert "去整改" not in page
    rows = {
        user: part(cast, "injuries", user).table
        for user in (cast.city_official, cast.district_official, department)
    }
    seen = {user: table.rows[0][3] for user, table in rows.items() if table}
    assert (seen[cast.city_official], seen[cast.district_official], seen[department]) == (
        "2",
        "1",
        "1",
    )


def test_indicators_are_of_last_night_and_the_page_says_so(cast: Cast) -> None:
    def found() -> Section:
        return part(cast, "standing", cast.city_official)

    live = found()
    assert "此刻汇总" in live.source
    keep_indicators([cast.enterprise], today=TODAY - DAY)
    assert found() == live
    keep_indicators([cast.enterprise], today=TODAY)
    kept = found()
    assert kept.lines == live.lines
    assert "11月23日 周一凌晨汇总" in kept.source


def test_queries_do_not_grow_with_the_records(cast: Cast) -> None:
    a_week(cast)

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            file_of(asked(cast, cast.city_official))
        return len(seen)

    before = count()
    for n in range(6):
        a_hazard(cast, grade=Grade.MAJOR)
        a_report(cast)
        a_worker(cast, 1 + n)
        Recognition.objects.create(case=a_case(cast, TODAY - n * DAY), due_on=TODAY)
    Employment.objects.update(role="team_leader")
    assert count() <= before


def test_the_desks_say_what_has_run_out(cast: Cast, browser_of: Enter) -> None:
    a_week(cast)
    Recognition.objects.create(case=a_case(cast, TODAY - 90 * DAY), due_on=TODAY - 2 * DAY)
    desk = browser_of(cast.safety_officer).get("/").content.decode()
    assert "完成整改：二车间平台" in desk
    assert "申请工伤认定：" in desk
    district = browser_of(cast.district_official).get("/").content.decode()
    assert "隐患 1 条待办理" in district
    assert "工伤认定 1 件已超期" in district
    other = browser_of(cast.other_district_official).get("/").content.decode()
    assert "待办理" not in other
    assert "已超期" not in other
