"""详情: each person reads their own part of a class; sheets carry what offices print."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anlan.classes.links import Link
from anlan.classes.models import EnrolmentSource, TrainingClass
from anlan.classes.services.applications import submit_class
from anlan.classes.services.enrolments import enrol
from anlan.classes.services.reviews import return_class
from anlan.foundation.accounts.models import User
from anlan.testing import classes as stage
from anlan.testing.cast import NOW, Cast
from anlan.testing.queries import counted

Enter = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("clock")


def _page(client: Client, klass: TrainingClass) -> str:
    answer = client.get(f"/classes/{klass.uid}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_staff_read_full_names_officials_masked_ones_enterprises_their_own(
    cast: Cast, browser_of: Enter
) -> None:
    klass = stage.a_running_class(cast)
    for user in (cast.class_manager, cast.trainer_user, cast.examiner, cast.safety_officer):
        assert "欧阳小雨" in _page(browser_of(user), klass), user
    for user in (cast.city_official, cast.district_official):
        text = _page(browser_of(user), klass)
        assert "欧阳*" in text
        assert "欧阳小雨" not in text
    rival = _page(browser_of(cast.rival_officer), klass)
    assert "欧阳" not in rival
    assert "存证记录" not in rival


def test_outsiders_find_no_class(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_running_class(cast)
    for user in (cast.outsider, cast.rival_manager, cast.other_district_official):
        browser = browser_of(user)
        for path in ("", "timeline/", "roster.xlsx", "attendance.xlsx", "scores.xlsx"):
            assert browser.get(f"/classes/{klass.uid}/{path}").status_code == 404


def test_a_draft_says_what_is_missing_and_who_acts(cast: Cast, browser_of: Enter) -> None:
    klass = stage.an_empty_draft(cast)
    text = _page(browser_of(cast.class_manager), klass)
    assert "由班主任班主任填写并提交" in text
    assert "课程表还是空的" in text
    assert f"/classes/{klass.uid}/timetable/" in text


def test_somebody_trained_before_is_shown_with_the_other_class(
    cast: Cast, browser_of: Enter
) -> None:
    first = stage.a_running_class(cast, learners=2)
    second = stage.a_bookable_class(cast)
    enrol(
        second,
        [stage.a_worker(cast, 0)],
        organization=cast.enterprise,
        source=EnrolmentSource.BOOKING,
        by=cast.safety_officer,
        at=NOW,
    )
    text = _page(browser_of(cast.class_manager), second)
    assert f'本年度同项目已参训：<span class="nowrap">{first.number}</span>' in text


def test_the_time_line_tells_the_whole_story_newest_first(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_running_class(cast, learners=1)
    browser = browser_of(cast.city_official)
    text = browser.get(f"/classes/{klass.uid}/timeline/").content.decode()
    started, approved = text.index("开班<"), text.index("市级审批同意开班")
    assert started < approved < text.index("提交申请") < text.index("起草申请")
    assert "…" not in text


def test_like_lines_are_told_once_on_the_record(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_running_class(cast, learners=3)
    assert "3 名学员报名" in _page(browser_of(cast.city_official), klass)


def _a_link(user: User, klass: TrainingClass) -> list[Link]:
    return [Link("一期一档", f"/archives/{klass.uid}/")]


def test_steps_of_the_class_are_never_folded(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_submitted_class(cast)
    return_class(klass, by=cast.district_official, at=NOW, reason="请补充")
    submit_class(klass, by=cast.class_manager, at=NOW)
    text = _page(browser_of(cast.class_manager), klass)
    assert text.count("提交申请<") == 2


def test_rooms_above_hand_their_links_down(cast: Cast, browser_of: Enter, settings: Any) -> None:
    klass = stage.a_running_class(cast, learners=1)
    assert "一期一档" not in _page(browser_of(cast.city_official), klass)
    settings.ANLAN_CLASS_LINKS = [f"{__name__}._a_link"]
    assert f'<a href="/archives/{klass.uid}/">一期一档</a>' in _page(
        browser_of(cast.city_official), klass
    )


def test_more_learners_ask_no_more_queries(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_running_class(cast, learners=1)
    official = browser_of(cast.district_official)
    _page(official, klass)
    with CaptureQueriesContext(connection) as few, counted("classes:record"):
        _page(official, klass)
    enrol(
        klass,
        [stage.a_worker(cast, n) for n in range(1, 6)],
        organization=cast.enterprise,
        source=EnrolmentSource.BOOKING,
        by=cast.safety_officer,
        at=NOW,
    )
    with CaptureQueriesContext(connection) as many:
        _page(official, klass)
    assert len(many) == len(few)


def _sheet(client: Client, klass: TrainingClass, name: str) -> list[tuple[Any, ...]]:
    answer = client.get(f"/classes/{klass.uid}/{name}.xlsx")
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    return list(sheet.iter_rows(values_only=True))


def test_the_three_sheets_carry_names_masked_numbers_times_and_scores(
    cast: Cast, browser_of: Enter
) -> None:
    klass = stage.a_finished_class(cast)
    manager = browser_of(cast.class_manager)
    roster = _sheet(manager, klass, "roster")
    assert roster[0][0] == "危化班组长工伤预防培训班花名册"
    assert roster[2][:3] == ("序号", "姓名", "身份证号")
    assert roster[3][1] == "王建国"
    assert roster[3][2].startswith("3701***")
    signed = _sheet(manager, klass, "attendance")
    assert signed[2][3] == "12月1日周二上午"
    assert (signed[3][3], signed[3][-1]) == ("08:30–12:00", 24)
    scores = _sheet(manager, klass, "scores")
    assert scores[3][4:] == (24, 92, 92, 0, "合格")
    assert any(row[0] and "签字" in str(row[0]) for row in scores)


def test_only_the_own_staff_export(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_finished_class(cast)
    for user in (cast.city_official, cast.safety_officer, cast.rival_officer):
        assert browser_of(user).get(f"/classes/{klass.uid}/roster.xlsx").status_code == 404
