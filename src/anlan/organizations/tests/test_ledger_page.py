"""The officials' ledger: who sees which rows, filters, search, export."""

from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.organizations import queries
from anlan.organizations.queries import Filters
from anlan.organizations.tests.builders import a_registration
from anlan.testing.cast import Cast

Enter = Callable[[User], Client]


def test_everybody_sees_what_is_theirs(cast: Cast) -> None:
    def names(user: User) -> set[str]:
        return {o.name[:2] for o in queries.visible_to(user)}

    assert len(queries.visible_to(cast.city_official)) == 4
    assert names(cast.district_official) == {"安济", "泉化"}
    assert names(cast.other_district_official) == {"别家"}
    assert names(cast.safety_officer) == {"泉化"}
    assert names(cast.class_manager) == {"安济"}
    assert names(cast.outsider) == set()


def test_only_officials_open_the_ledger(cast: Cast, browser_of: Enter) -> None:
    url = reverse("organizations:ledger")
    assert browser_of(cast.city_official).get(url).status_code == 200
    for user in (cast.safety_officer, cast.class_manager, cast.outsider):
        assert browser_of(user).get(url).status_code == 404
        assert browser_of(user).get(reverse("organizations:export")).status_code == 404
    assert Client().get(url).status_code == 302


def test_two_characters_find_a_registration(cast: Cast) -> None:
    made = a_registration()
    rows = queries.visible_to(cast.city_official)
    assert list(queries.filtered(rows, Filters(text="明湖"))) == [made]
    assert list(queries.filtered(rows, Filters(text=made.uscc[-6:]))) == [made]
    assert list(queries.filtered(rows, Filters(status="pending", hazardous="no"))) == [made]
    assert not queries.filtered(rows, Filters(status="pending", hazardous="yes"))


@pytest.mark.parametrize("query", ["?text=明湖", "?status=pending", "?district=nonsense&page=99"])
def test_filters_in_the_address_never_break_the_page(
    cast: Cast, browser_of: Enter, query: str
) -> None:
    a_registration()
    answer = browser_of(cast.city_official).get(reverse("organizations:ledger") + query)
    assert "明湖机械" in answer.content.decode()


def test_htmx_gets_rows_only(cast: Cast, browser_of: Enter) -> None:
    client = browser_of(cast.city_official)
    answer = client.get(reverse("organizations:ledger"), headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()


def test_the_export_holds_the_filtered_rows(cast: Cast, browser_of: Enter) -> None:
    made = a_registration()
    client = browser_of(cast.district_official)
    answer = client.get(reverse("organizations:export") + "?text=明湖")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0] == 1]
    assert len(rows) == 1
    assert rows[0][1:3] == (made.name, made.uscc)
