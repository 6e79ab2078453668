"""台账: who sees which classes, filtered, summed, exported; as cheap with many as with few."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anlan.classes import queries
from anlan.classes.models import Closing, TrainingClass
from anlan.foundation.accounts.models import User
from anlan.testing import classes as stage
from anlan.testing.cast import NOW, Cast
from anlan.testing.queries import counted

Enter = Callable[[User], Client]


def _rows(client: Client, query: str = "") -> str:
    answer = client.get(f"/classes/{query}", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def two(cast: Cast) -> tuple[TrainingClass, TrainingClass]:
    return (
        stage.a_running_class(cast, title="危化班组长培训班甲"),
        stage.a_draft_class(cast, title="冶金负责人培训班乙", district="370113"),
    )


def test_everybody_sees_their_own_part(
    cast: Cast, browser_of: Enter, two: tuple[TrainingClass, TrainingClass]
) -> None:
    running, draft = two
    seen = {
        cast.class_manager: (True, True),
        cast.district_official: (True, False),
        cast.other_district_official: (False, False),
        cast.safety_officer: (True, False),
        cast.rival_manager: (False, False),
    }
    for user, (first, second) in seen.items():
        text = _rows(browser_of(user))
        assert (running.title in text, draft.title in text) == (first, second), user


def test_the_outsider_has_no_ledger(cast: Cast, browser_of: Enter) -> None:
    assert browser_of(cast.outsider).get("/classes/").status_code == 404
    assert browser_of(cast.outsider).get("/classes/ledger.xlsx").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=危化", "甲"),
        ("?q=丙班", ""),
        ("?q=班乙", "乙"),
        ("?q=2026-00002", "乙"),
        ("?status=draft", "乙"),
        ("?district=370113", "乙"),
        ("?industry=mining", ""),
        ("?since=2026-12-03&until=2026-12-31", "甲乙"),
        ("?since=2027-01-01", ""),
        ("?since=昨天", "甲乙"),
    ],
)
def test_filters_narrow_and_what_cannot_be_read_narrows_nothing(
    cast: Cast,
    browser_of: Enter,
    two: tuple[TrainingClass, TrainingClass],
    query: str,
    found: str,
) -> None:
    text = _rows(browser_of(cast.class_manager), query)
    assert ("培训班甲" in text, "培训班乙" in text) == ("甲" in found, "乙" in found)
    if not found:
        assert "没有符合条件的班次" in text


def test_totals_are_of_what_is_filtered(
    cast: Cast, browser_of: Enter, two: tuple[TrainingClass, TrainingClass]
) -> None:
    running, _draft = two
    numbers = dict.fromkeys(
        ("attended", "attendances", "sat", "passed_first", "made_up", "surveys", "rating_sum"), 0
    )
    Closing.objects.create(klass=running, enrolled=3, passed=2, hours=24, at=NOW, **numbers)
    everything = queries.totals(queries.visible_to(cast.class_manager))
    assert (everything.classes, everything.people) == (2, 3)
    assert (everything.passed, everything.finished) == (2, 3)
    assert "2 / 3 人次" in _rows(browser_of(cast.district_official))
    drafts = queries.filtered(queries.visible_to(cast.class_manager), status="draft")
    assert queries.totals(drafts).people == 0


def test_the_export_holds_the_filtered_rows(
    cast: Cast, browser_of: Enter, two: tuple[TrainingClass, TrainingClass]
) -> None:
    answer = browser_of(cast.class_manager).get("/classes/ledger.xlsx?status=running")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][:3] == ("班号", "班名", "培训机构")
    assert [row[1] for row in rows[2:]] == ["危化班组长培训班甲"]
    assert rows[2][8] == 3


def test_more_classes_ask_no_more_queries(cast: Cast, browser_of: Enter) -> None:
    stage.a_submitted_class(cast)
    official = browser_of(cast.city_official)
    _rows(official)
    with CaptureQueriesContext(connection) as few, counted("classes:list"):
        _rows(official)
    for _ in range(3):
        stage.an_empty_draft(cast)
    with CaptureQueriesContext(connection) as many:
        _rows(official)
    assert len(many) == len(few)
