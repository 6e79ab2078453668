"""Spot checks: nobody can choose the class, the sheet is filled in on a phone."""

import hashlib
import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from anlan.classes.models import TrainingClass
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import keep_upload
from anlan.foundation.ledger.models import Checkpoint, Entry
from anlan.foundation.ledger.queries import timeline
from anlan.foundation.ledger.sequencer import sequence
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.methods import sampling
from anlan.proofs.canonical import canonical
from anlan.supervision.jobs import draw_announced
from anlan.supervision.models import CheckStatus, Draw, DrawMethod, SpotCheck, Ticket
from anlan.supervision.services.checks import announce_draw, assign_check, report_check
from anlan.supervision.tests.scenes import a_photo, a_ticket, another_class, scan_all
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import FIRST_DAY
from anlan.testing.queries import counted

Enter = Callable[[object], Client]
MONDAY = date(2026, 11, 30)
ALL_WELL = {"trainer": "yes", "place": "yes", "material": "yes", "filming": "yes"}


@pytest.fixture
def two(cast: Cast, klass: TrainingClass) -> list[TrainingClass]:
    """Two classes in the week of the first day."""
    return [klass, another_class(cast, day=FIRST_DAY)]


def announced(cast: Cast, method: DrawMethod = DrawMethod.RANDOM, count: int = 1) -> Draw:
    return announce_draw(monday=MONDAY, method=method, count=count, by=cast.city_official, at=NOW)


def drawn(cast: Cast) -> SpotCheck:
    draw = announced(cast)
    sequence(NOW)
    draw_announced(NOW)
    return SpotCheck.objects.get(draw=draw)


def test_nothing_is_drawn_before_the_log_has_the_announcement(
    cast: Cast, two: list[TrainingClass]
) -> None:
    sequence(NOW)
    draw = announced(cast)
    assert draw_announced(NOW) == 0
    assert not SpotCheck.objects.exists()
    sequence(NOW)
    assert draw_announced(NOW) == 1
    assert draw_announced(NOW) == 0
    assert SpotCheck.objects.filter(draw=draw).count() == 1


def test_an_outsider_draws_the_same_from_what_is_public(
    cast: Cast, two: list[TrainingClass]
) -> None:
    draw = announced(cast)
    for _ in range(3):
        sequence(NOW)
    draw_announced(NOW)
    leaf = json.loads(Entry.objects.get(uid=draw.entry).leaf)
    assert leaf["verb"] == "draw_announced"
    assert leaf["data"]["weights"] == hashlib.sha256(canonical(draw.weights)).hexdigest()
    position = Entry.objects.get(uid=draw.entry).position
    assert position is not None
    root = Checkpoint.objects.filter(size__gt=position)[0].root
    seed = f"{bytes(root).hex()}\n{leaf['id']}".encode()
    check = SpotCheck.objects.get()
    assert sampling.draw(seed, draw.weights, 1) == [check.klass.number]
    assert check.session.day >= MONDAY


def test_risk_raises_the_chance_and_says_why(cast: Cast, two: list[TrainingClass]) -> None:
    a_ticket(two[1])
    draw = announced(cast, DrawMethod.RISK)
    assert draw.weights == {two[0].number: 3, two[1].number: 5}
    assert "未核实疑点 1 件 +2" in draw.reasons[two[1].number]
    assert set(announced(cast).weights.values()) == {1}


@pytest.mark.parametrize(
    ("monday", "count"),
    [(date(2026, 12, 1), 1), (date(2026, 11, 2), 1), (MONDAY, 3), (MONDAY, 0)],
)
def test_a_draw_that_makes_no_sense_is_refused(
    cast: Cast, two: list[TrainingClass], monday: date, count: int
) -> None:
    with pytest.raises(BadInput):
        announce_draw(
            monday=monday, method=DrawMethod.RANDOM, count=count, by=cast.city_official, at=NOW
        )
    assert not Draw.objects.exists()


def test_a_district_draws_among_its_own(cast: Cast, two: list[TrainingClass]) -> None:
    with pytest.raises(Refused):
        announce_draw(
            monday=MONDAY,
            method=DrawMethod.RANDOM,
            count=1,
            by=cast.other_district_official,
            at=NOW,
        )


def test_a_visit_without_differences_stands_in_the_class_record(
    cast: Cast, klass: TrainingClass, browser_of: Enter
) -> None:
    check = drawn(cast)
    scan_all(check.session)
    browser = browser_of(cast.district_official)
    assign_check(check, cast.district_official, by=cast.city_official, at=NOW)
    when = check.session.register.starts_at  # type: ignore[union-attr]
    photo = _photo(cast)
    report_check(
        check,
        answers=ALL_WELL,
        counted=3,
        remark="",
        photo=photo,
        by=cast.district_official,
        at=when,
    )
    assert not Ticket.objects.exists()
    said = [one.sentence for one in timeline([klass.subject])]
    assert "抽查：清点 3 人，签到 3 人，0 项不符" in said
    shown = browser.get(reverse("supervision:check", args=[check.uid])).content.decode()
    assert "讲课的是课程表上的讲师" in shown


def test_differences_open_a_ticket_and_the_server_counts_signatures(
    cast: Cast, klass: TrainingClass
) -> None:
    check = drawn(cast)
    scan_all(check.session)
    when = check.session.register.starts_at  # type: ignore[union-attr]
    report_check(
        check,
        answers=ALL_WELL | {"trainer": "no"},
        counted=9,
        remark="讲课的是另一位老师",
        photo=_photo(cast),
        by=cast.city_official,
        at=when,
    )
    ticket = Ticket.objects.get()
    evidence = ticket.evidence.get()
    assert "2 项" in evidence.said
    assert ["现场清点与签到", "清点 9 人，签到 3 人"] in evidence.facts
    assert ["检查人员说明", "讲课的是另一位老师"] in evidence.inner
    with pytest.raises(NotAllowed):
        report_check(
            check,
            answers=ALL_WELL,
            counted=3,
            remark="",
            photo=_photo(cast),
            by=cast.city_official,
            at=when,
        )
    assert SpotCheck.objects.get().counted == 9


def test_the_sheet_is_the_inspector_s(cast: Cast, klass: TrainingClass, browser_of: Enter) -> None:
    check = drawn(cast)
    assign_check(check, cast.district_official, by=cast.city_official, at=NOW)
    where = reverse("supervision:report_check", args=[check.uid])
    for user in (
        cast.class_manager,
        cast.other_district_official,
        cast.city_official,
        cast.outsider,
    ):
        assert browser_of(user).post(where, {"counted": 3}).status_code == 404
    check.refresh_from_db()
    assert check.status == CheckStatus.PLANNED
    with pytest.raises(BadInput):
        assign_check(check, cast.class_manager, by=cast.city_official, at=NOW)


def test_filled_in_on_the_phone(cast: Cast, klass: TrainingClass, browser_of: Enter) -> None:
    check = drawn(cast)
    scan_all(check.session)
    browser = browser_of(cast.district_official)
    where = reverse("supervision:report_check", args=[check.uid])
    answers = {f"q_{key}": value for key, value in ALL_WELL.items()}
    assert browser.post(where, {**answers, "counted": 3}).status_code == 422
    register = check.session.register
    assert register is not None
    register.opens_at = NOW + timedelta(days=40_000)
    register.save()
    early = browser.post(where, {**answers, "counted": 3, "photo": a_photo()})
    assert early.status_code == 409
    assert "还没有开放签到" in early.content.decode()
    register.opens_at = NOW - timedelta(days=400)
    register.save()
    assert browser.post(where, {**answers, "counted": 3, "photo": a_photo()}).status_code == 302
    check.refresh_from_db()
    assert (check.status, check.by) == (CheckStatus.DONE, cast.district_official)
    photo = reverse("supervision:check_photo", args=[check.uid])
    assert browser.get(photo).status_code == 200
    assert browser_of(cast.class_manager).get(photo).status_code == 404


def test_announced_and_assigned_from_the_pages(
    cast: Cast, two: list[TrainingClass], browser_of: Enter
) -> None:
    browser = browser_of(cast.city_official)
    assert "还没有抽查" in browser.get(reverse("supervision:checks")).content.decode()
    last = max(two[0].last_day or MONDAY, MONDAY)
    form = {
        "monday": (last - timedelta(days=last.weekday())).isoformat(),
        "method": "risk",
        "count": 1,
    }
    refused = browser.post(reverse("supervision:announce"), {**form, "count": 99})
    assert refused.status_code == 422
    draw = announced(cast)
    waiting = browser.get(reverse("supervision:draw", args=[draw.uid])).content.decode()
    assert "等待检查点" in waiting
    sequence(NOW)
    draw_announced(NOW)
    shown = browser.get(reverse("supervision:draw", args=[draw.uid])).content.decode()
    assert draw.entry.hex[:8] in shown.replace("-", "")
    check = SpotCheck.objects.get()
    url = reverse("supervision:assign_check", args=[check.uid])
    assert browser.post(url, {"to": cast.district_official.uid}).status_code == 302
    check.refresh_from_db()
    assert check.inspector == cast.district_official
    weights = browser.get(reverse("supervision:weights", args=[draw.uid]))
    assert json.loads(weights.content) == draw.weights
    checks = reverse("supervision:checks")
    browser.get(checks)
    with counted("supervision:checks"):
        browser.get(checks)


def test_nobody_went(cast: Cast, klass: TrainingClass, browser_of: Enter) -> None:
    check = drawn(cast)
    browser = browser_of(cast.district_official)
    where = reverse("supervision:cancel_check", args=[check.uid])
    assert browser.post(where, {"reason": ""}).status_code == 422
    assert browser.post(where, {"reason": "当天停课"}).status_code == 302
    check.refresh_from_db()
    assert check.status == CheckStatus.CANCELLED
    assert "未能抽查：当天停课" in [one.sentence for one in timeline([klass.subject])]


def _photo(cast: Cast) -> StoredFile:
    return keep_upload(a_photo(), by=cast.city_official, at=NOW, endings=(".jpg",), most_mb=5)
