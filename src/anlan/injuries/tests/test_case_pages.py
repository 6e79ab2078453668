"""The ledger of cases and one case: who sees what, what stays masked, steps, export, overdue."""

from collections.abc import Callable
from io import BytesIO
from uuid import uuid4

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.injuries.models import Case, Recognition
from anlan.injuries.queries import cases as queries
from anlan.injuries.tests.builders import a_line, imported
from anlan.testing.cast import Cast, a_user
from anlan.testing.scenes import remembered

Enter = Callable[[User], Client]
NARRATIVE = "王某在二车间搬运钢管时滑落"


@remembered
def a_ledger(cast: Cast) -> None:
    """One case of the enterprise in 历城区, one of the rival in 长清区, one that nobody knows."""
    imported(
        [
            a_line(
                1,
                uscc=cast.enterprise.uscc,
                narrative=NARRATIVE,
                severity="死亡",
                **{"recognition.accepted_on": "2026-03-20"},
            ),
            a_line(2, uscc=cast.rival_enterprise.uscc, injured_on="2026-08-01", severity="重伤"),
            a_line(3, employer_name="没有登记的厂", district="历下区"),
        ],
        cast.city_official,
    )


def keys(user: User) -> set[str]:
    return set(queries.visible_to(user).values_list("source_key", flat=True))


def test_everybody_sees_what_is_theirs(cast: Cast) -> None:
    a_ledger(cast)
    department = a_user(
        "department", "应急部门", Role.DEPARTMENT_OFFICIAL, ScopeKind.INDUSTRY, "hazchem"
    )
    assert keys(cast.city_official) == {"A1", "A2", "A3"}
    assert keys(cast.district_official) == {"A1"}
    assert keys(cast.other_district_official) == {"A2"}
    assert keys(department) == {"A1", "A2"}
    assert keys(cast.safety_officer) == {"A1"}
    assert keys(cast.rival_officer) == {"A2"}
    for user in (cast.outsider, cast.class_manager, cast.trainer_user):
        assert keys(user) == set()


def test_outsiders_find_no_page(cast: Cast, browser_of: Enter) -> None:
    a_ledger(cast)
    case = Case.objects.get(source_key="A1")
    pages = [reverse(f"injuries:{name}") for name in ("ledger", "export", "overdue", "batches")]
    pages += [reverse("injuries:case", args=[case.uid]), reverse("injuries:report")]
    for user in (cast.outsider, cast.class_manager):
        browser = browser_of(user)
        assert [browser.get(page).status_code for page in pages] == [404] * len(pages)
    assert browser_of(cast.rival_officer).get(pages[4]).status_code == 404
    assert browser_of(cast.other_district_official).get(pages[4]).status_code == 404
    assert browser_of(cast.district_official).get(pages[3]).status_code == 404
    assert Client().get(pages[0]).status_code == 302


def test_the_narrative_is_for_city_and_district_only(cast: Cast, browser_of: Enter) -> None:
    a_ledger(cast)
    url = reverse("injuries:case", args=[Case.objects.get(source_key="A1").uid])
    for user in (cast.city_official, cast.district_official):
        assert NARRATIVE in browser_of(user).get(url).content.decode()
    page = browser_of(cast.safety_officer).get(url).content.decode()
    assert NARRATIVE not in page
    assert "只有市级和所在区县经办可以查看" in page


def test_filters_narrow_and_nonsense_filters_nothing(cast: Cast, browser_of: Enter) -> None:
    a_ledger(cast)
    browser, url = browser_of(cast.city_official), reverse("injuries:ledger")
    for query, count in (
        ("", 3),
        ("?severity=death", 1),
        ("?district=370112", 1),
        ("?key_industry=hazchem", 2),
        ("?circumstance=commuting", 0),
        ("?since=2026-07-01", 1),
        ("?until=2026-07-01", 2),
        ("?district=nonsense&page=99&since=x", 3),
    ):
        assert browser.get(url + query).context["page"].paginator.count == count, query


def test_a_type_is_asked_for_in_its_own_list(cast: Cast, browser_of: Enter) -> None:
    """03 is 机械伤害 in the list of 1986 and something else in that of 2025."""
    a_ledger(cast)
    Case.objects.update(type_code="03")
    browser, url = browser_of(cast.city_official), reverse("injuries:ledger")
    old = browser.get(url + "?type_code=gb_6441_1986@03").context["page"]
    new = browser.get(url + "?type_code=gb_6441_2025@03").context["page"]
    assert [line.case.source_key for line in new] == ["A2"]
    assert {line.case.source_key for line in old} == {"A1", "A3"}
    assert {line.type for line in old} == {"机械伤害"}
    assert [line.type for line in new] == ["道路（轨道）车辆致害"]


def test_the_export_has_what_is_filtered_and_nobody_by_name(cast: Cast, browser_of: Enter) -> None:
    a_ledger(cast)
    answer = browser_of(cast.city_official).get(reverse("injuries:export") + "?severity=death")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    said = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert sum(cast.enterprise.name in row for row in said) == 1
    assert NARRATIVE not in str(said)


def test_a_district_takes_a_step_and_others_cannot(cast: Cast, browser_of: Enter) -> None:
    a_ledger(cast)
    case = Case.objects.get(source_key="A1")
    url = reverse("injuries:recognition", args=[case.uid, "suspend"])
    said = {"recognition-suspend-on": "2026-04-01", "recognition-suspend-reason": "等责任认定"}
    for user in (cast.safety_officer, cast.other_district_official, cast.outsider):
        assert browser_of(user).post(url, said).status_code == 404
    assert Recognition.objects.get(case=case).status == "accepted"
    district = browser_of(cast.district_official)
    assert district.post(url, {}).status_code == 422
    assert Recognition.objects.get(case=case).status == "accepted"
    assert district.post(url, said).status_code == 302
    assert Recognition.objects.get(case=case).status == "suspended"
    page = district.get(reverse("injuries:case", args=[case.uid])).content.decode()
    assert "停在第 12 天" in page
    assert "中止工伤认定" in page
    assert district.post(url.replace("suspend", "nonsense")).status_code == 404


def test_missing_papers_come_and_the_application_is_declined(cast: Cast, browser_of: Enter) -> None:
    a_ledger(cast)
    case = Case.objects.get(source_key="A2")
    city = browser_of(cast.city_official)

    def take(step: str, on: str, **more: str) -> str:
        said = {f"recognition-{step}-on": on} | {
            f"recognition-{step}-{name}": value for name, value in more.items()
        }
        url = reverse("injuries:recognition", args=[case.uid, step])
        found = city.post(url, said, follow=True)
        assert found.status_code == 200
        return found.content.decode()

    take("apply", "2026-08-10", by_employer="yes")
    assert "材料已补齐" in take("papers", "2026-08-12")
    page = take("papers-here", "2026-08-20")
    assert "9月4日" in page
    url = reverse("injuries:recognition", args=[case.uid, "decline"])
    assert city.post(url, {"recognition-decline-on": "2026-08-25"}).status_code == 422
    page = take("decline", "2026-08-25", clause="超过申请时限")
    assert "超过申请时限" in page
    assert "登记认定申请" in page
    assert "作出决定" not in page


def test_overdue_stands_in_three_lists(cast: Cast, browser_of: Enter) -> None:
    a_ledger(cast)
    page = browser_of(cast.district_official).get(reverse("injuries:overdue"))
    assert len(page.context["recognitions"]) == 1
    assert not page.context["appraisals"]
    assert "逾期" in page.content.decode()
    other = browser_of(cast.other_district_official).get(reverse("injuries:overdue"))
    assert not other.context["recognitions"]
    assert browser_of(cast.safety_officer).get(reverse("injuries:overdue")).status_code == 404


@pytest.mark.parametrize("name", ["case", "batch"])
def test_what_is_not_there_is_not_found(cast: Cast, browser_of: Enter, name: str) -> None:
    url = reverse(f"injuries:{name}", args=[uuid4()])
    assert browser_of(cast.city_official).get(url).status_code == 404
