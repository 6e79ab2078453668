"""申请开班: from an empty form to a submitted application."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from anlan.classes.checks import application_gaps
from anlan.classes.models import Status, TrainingClass
from anlan.classes.services.applications import ApplicationIncomplete, submit_class
from anlan.classes.services.timetable import fill_by_syllabus
from anlan.classes.tests.conftest import SetClock
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.lib.refusals import Refused
from anlan.resources.models import Venue
from anlan.testing import classes as stage
from anlan.testing.cast import NOW, Cast

Enter = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("clock")


def _basics(**changes: object) -> dict[str, object]:
    return {
        "industry": "hazchem",
        "syllabus": stage.a_syllabus().uid,
        "project": stage.a_project().uid,
        "title": "",
        "district": "370112",
        "quota": 40,
        "equipment": "",
        "note": "",
    } | changes


def test_a_manager_opens_an_application_and_goes_on_to_the_timetable(
    cast: Cast, browser_of: Enter
) -> None:
    answer = browser_of(cast.class_manager).post("/classes/apply/", _basics())
    klass = TrainingClass.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/classes/{klass.uid}/timetable/"
    assert klass.title == "危险化学品班组长工伤预防培训班"
    assert (klass.status, klass.provider, klass.number) == ("draft", cast.provider, "2026-00001")


def test_choosing_an_industry_narrows_syllabi_and_projects(cast: Cast, browser_of: Enter) -> None:
    stage.a_syllabus()
    stage.a_project(code="HAZ", industry="hazchem")
    stage.a_project(code="MINE", industry="mining")
    page = browser_of(cast.class_manager).get(
        "/classes/apply/?industry=hazchem", headers={"HX-Request": "true"}
    )
    text = page.content.decode()
    assert "危险化学品企业班组长" in text
    assert "矿山" not in text.replace(">矿山</option>", "")
    assert "HAZ" in text
    assert "MINE" not in text
    assert "<html" not in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quota": "四十"}, "名额请填写整数"),
        ({"quota": 0}, "名额至少 1 人"),
        ({"industry": "mining"}, "请选择"),
        ({"district": ""}, "请选择开班区县"),
    ],
)
def test_bad_basics_are_said_plainly_and_nothing_is_kept(
    cast: Cast, browser_of: Enter, changes: dict[str, object], said: str
) -> None:
    answer = browser_of(cast.class_manager).post("/classes/apply/", _basics(**changes))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not TrainingClass.objects.exists()


def test_filling_by_the_syllabus_uses_free_working_half_days(cast: Cast) -> None:
    klass = stage.an_empty_draft(cast)
    friday = date(2026, 12, 4)
    trainer, venue = stage.a_trainer(cast.provider), stage.a_venue(cast.provider)
    placed = fill_by_syllabus(
        klass, since=friday, trainer=trainer, venue=venue, by=cast.class_manager, at=NOW
    )
    days = list(klass.sessions.order_by("day", "half").values_list("day", "half"))
    monday, tuesday = date(2026, 12, 7), date(2026, 12, 8)
    assert placed == 6
    assert days == [(d, h) for d in (friday, monday, tuesday) for h in ("am", "pm")]
    assert (klass.first_day, klass.last_day) == (friday, tuesday)
    assert application_gaps(klass, at=NOW) == []


def test_filling_writes_one_line_for_the_whole(cast: Cast) -> None:
    klass = stage.a_draft_class(cast)
    verbs = Entry.objects.filter(subject=klass.subject).values_list("verb", flat=True)
    assert list(verbs) == ["class_drafted", "timetable_filled"]


def test_filling_again_adds_nothing(cast: Cast) -> None:
    klass = stage.a_draft_class(cast)
    with pytest.raises(Refused, match="已经排满"):
        fill_by_syllabus(
            klass,
            since=stage.FIRST_DAY,
            trainer=stage.a_trainer(cast.provider),
            venue=None,
            by=cast.class_manager,
            at=NOW,
        )
    assert klass.sessions.count() == 6


def test_filling_steps_over_what_another_class_has_taken(cast: Cast) -> None:
    taken = stage.a_submitted_class(cast)
    second = stage.a_draft_class(cast)
    held = set(taken.sessions.values_list("day", "half"))
    assert not held & set(second.sessions.values_list("day", "half"))


def _half_day(**changes: object) -> dict[str, object]:
    return {
        "day": "2026-12-01",
        "half": "am",
        "module": "core-law",
        "topic": "",
        "mode": "online",
        "trainer": "",
        "venue": "",
    } | changes


def test_a_half_day_is_put_and_changed_on_the_page(cast: Cast, browser_of: Enter) -> None:
    klass = stage.an_empty_draft(cast)
    trainer = stage.a_trainer(cast.provider)
    manager = browser_of(cast.class_manager)
    url = f"/classes/{klass.uid}/timetable/"
    assert manager.post(url, _half_day(trainer=trainer.uid)).status_code == 302
    manager.post(url, _half_day(trainer=trainer.uid, topic="法律责任与案例"))
    session = klass.sessions.get()
    assert (session.topic, session.hours) == ("法律责任与案例", 4)
    manager.post(f"/classes/session/{session.uid}/drop")
    assert not klass.sessions.exists()


def test_an_offline_half_day_needs_a_room(cast: Cast, browser_of: Enter) -> None:
    klass = stage.an_empty_draft(cast)
    wish = _half_day(trainer=stage.a_trainer(cast.provider).uid, mode="offline")
    answer = browser_of(cast.class_manager).post(f"/classes/{klass.uid}/timetable/", wish)
    assert answer.status_code == 422
    assert "线下课须选择场地" in answer.content.decode()
    assert not klass.sessions.exists()


def test_a_clash_is_shown_in_its_cell(cast: Cast, browser_of: Enter) -> None:
    stage.a_submitted_class(cast)
    klass = stage.an_empty_draft(cast)
    wish = _half_day(trainer=stage.a_trainer(cast.provider).uid)
    manager = browser_of(cast.class_manager)
    manager.post(f"/classes/{klass.uid}/timetable/", wish)
    text = manager.get(f"/classes/{klass.uid}/timetable/").content.decode()
    assert 'class="clash"' in text
    assert "已排在班次 2026-00001" in text


def test_the_check_page_lists_every_gap_with_its_clause(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_draft_class(cast, quota=90)
    klass.sessions.filter(half="pm").delete()
    text = browser_of(cast.class_manager).get(f"/classes/{klass.uid}/check/").content.decode()
    assert "共排 12 学时，至少需要 24 学时" in text
    assert "每人不少于 1.5 ㎡" in text
    assert "依据：AQ 8011-2023" in text
    assert "提交申请" not in text


def test_an_incomplete_application_is_not_submitted(cast: Cast, browser_of: Enter) -> None:
    klass = stage.an_empty_draft(cast)
    before = Entry.objects.count()
    answer = browser_of(cast.class_manager).post(f"/classes/{klass.uid}/submit")
    klass.refresh_from_db()
    assert answer.status_code == 409
    assert "课程表还是空的" in answer.content.decode()
    assert (klass.status, Entry.objects.count()) == ("draft", before)


def test_a_complete_application_is_submitted_and_holds_its_half_days(
    cast: Cast, browser_of: Enter
) -> None:
    klass = stage.a_draft_class(cast)
    answer = browser_of(cast.class_manager).post(f"/classes/{klass.uid}/submit")
    klass.refresh_from_db()
    assert answer["Location"] == f"/classes/{klass.uid}/"
    assert klass.status == Status.SUBMITTED
    assert klass.sessions.filter(active=True).count() == 6
    assert Entry.objects.filter(subject=klass.subject, verb="class_submitted").count() == 1


def test_a_trainer_in_two_places_is_refused_by_name_and_class(cast: Cast) -> None:
    klass = stage.a_draft_class(cast)
    rival = stage.a_draft_class(cast)
    submit_class(klass, by=cast.class_manager, at=NOW)
    with pytest.raises(ApplicationIncomplete) as refused:
        submit_class(rival, by=cast.class_manager, at=NOW)
    assert "讲师「孙讲师」" in refused.value.gaps[0].text
    assert klass.number in refused.value.gaps[0].text
    rival.refresh_from_db()
    assert rival.status == Status.DRAFT
    assert not rival.sessions.filter(active=True).exists()


def test_two_classes_may_use_a_room_at_other_times(cast: Cast) -> None:
    stage.a_submitted_class(cast)
    later = stage.a_submitted_class(cast, first_day=date(2026, 12, 8))
    assert later.status == Status.SUBMITTED


def test_a_providers_classrooms_are_counted_together(cast: Cast) -> None:
    """AQ 8011-2023: 60 people at 1.5 ㎡, in one room or in several."""
    klass = stage.a_draft_class(cast, quota=30)
    stage.a_venue(cast.provider, "小教室", area_m2=Decimal(60))
    klass.sessions.filter(mode="offline").update(venue=stage.a_venue(cast.provider, "小教室"))
    assert application_gaps(klass, at=NOW) == []
    Venue.objects.filter(owner=cast.provider).exclude(name="小教室").update(retired_at=NOW)
    told = [(gap.text, gap.clause) for gap in application_gaps(klass, at=NOW)]
    [(text, clause)] = told
    assert text == "在用的教室合计 60.0 ㎡，培训机构的教室合计不少于 90 ㎡。"
    assert "AQ 8011-2023" in clause


def test_a_class_too_soon_is_told_how_many_days_ahead(cast: Cast) -> None:
    klass = stage.a_draft_class(cast, first_day=date(2026, 11, 24))
    assert any("至少提前 3 天" in gap.text for gap in application_gaps(klass, at=NOW))


@pytest.mark.parametrize("path", ["edit/", "timetable/", "check/"])
def test_outsiders_and_rivals_find_nothing(cast: Cast, browser_of: Enter, path: str) -> None:
    klass = stage.a_draft_class(cast)
    others = (cast.outsider, cast.rival_manager, cast.district_official, cast.trainer_user)
    for other in others:
        assert browser_of(other).get(f"/classes/{klass.uid}/{path}").status_code == 404


def test_a_rival_changes_nothing(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_draft_class(cast)
    session = klass.sessions.order_by("day")[0]
    lines = Entry.objects.count()
    rival = browser_of(cast.rival_manager)
    for path in ("edit/", "timetable/", "timetable/fill", "submit", "discard"):
        assert rival.post(f"/classes/{klass.uid}/{path}", _basics()).status_code == 404
    assert rival.post(f"/classes/session/{session.uid}/drop").status_code == 404
    klass.refresh_from_db()
    assert (klass.status, klass.sessions.count(), Entry.objects.count()) == ("draft", 6, lines)


def test_a_submitted_class_is_edited_no_more(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = stage.a_submitted_class(cast)
    clock(stage.LATER)
    manager = browser_of(cast.class_manager)
    assert manager.get(f"/classes/{klass.uid}/edit/").status_code == 404
    session = klass.sessions.order_by("day")[0]
    assert manager.post(f"/classes/session/{session.uid}/drop").status_code == 409
    assert klass.sessions.count() == 6


def test_an_application_is_given_up_with_a_reason(cast: Cast, browser_of: Enter) -> None:
    klass = stage.a_submitted_class(cast)
    manager = browser_of(cast.class_manager)
    assert "不办了，撤销申请" in manager.get(f"/classes/{klass.uid}/").content.decode()
    assert manager.post(f"/classes/{klass.uid}/discard", {"reason": " "}).status_code == 422
    assert manager.post(f"/classes/{klass.uid}/discard", {"reason": "学员不足"}).status_code == 302
    klass.refresh_from_db()
    assert klass.status == Status.CANCELLED
    assert not klass.sessions.filter(active=True).exists()
