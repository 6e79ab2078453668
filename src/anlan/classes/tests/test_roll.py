"""The roll over all half-days, paper marks, and the sheets that are printed."""

from datetime import timedelta
from decimal import Decimal

from django.urls import reverse

from anlan.attendance.models import Mark, Proof, Sheet
from anlan.attendance.queries import hours_of
from anlan.classes.models import TrainingClass
from anlan.classes.tests.conftest import SetClock
from anlan.classes.tests.scenes import Enter, a_learner, a_pdf, attend, phone_of, the_door
from anlan.foundation.ledger.models import TimeSource
from anlan.testing.cast import Cast
from anlan.testing.classes import a_running_class
from anlan.testing.queries import counted


def of(name: str, klass: TrainingClass) -> str:
    return reverse(f"classes:{name}", args=[klass.uid])


def test_the_roll_shows_everybody_by_half_day(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    attend(session, a_learner(klass))
    clock(register.closes_at + timedelta(minutes=1))
    page = browser_of(cast.class_manager).get(of("roll", klass)).content.decode()
    assert "王建国" in page
    assert "08:30–12:00" in page
    assert page.count("✕ 缺") == 2


def test_officials_read_masked_names(cast: Cast, browser_of: Enter) -> None:
    klass = a_running_class(cast)
    page = browser_of(cast.district_official).get(of("roll", klass)).content.decode()
    assert "王*" in page
    assert "王建国" not in page
    assert browser_of(cast.district_official).get(of("roster_pdf", klass)).status_code == 404


def test_paper_marks_follow_the_filed_sheet(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    clock(register.closes_at + timedelta(hours=1))
    manager = browser_of(cast.class_manager)
    filing = reverse("classes:file_paper", args=[session.uid])
    assert manager.post(filing, {"file": a_pdf()}).status_code == 302
    one = klass.enrolments.order_by("id")[0]
    sent = {f"{one.uid}-came": "on", f"{one.uid}-arrived": "08:30", f"{one.uid}-left": "12:00"}
    assert manager.post(reverse("classes:paper", args=[session.uid]), sent).status_code == 302
    marks = Mark.objects.all()
    assert {(m.proof, m.time_source) for m in marks} == {(Proof.PAPER, TimeSource.PAPER)}
    assert hours_of([register])[one.person_id] == Decimal(4)


def test_no_paper_mark_without_the_sheet(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    clock(register.closes_at + timedelta(hours=1))
    one = klass.enrolments.order_by("id")[0]
    sent = {f"{one.uid}-came": "on", f"{one.uid}-arrived": "08:30", f"{one.uid}-left": "12:00"}
    url = reverse("classes:paper", args=[session.uid])
    answer = browser_of(cast.class_manager).post(url, sent)
    assert answer.status_code == 409
    assert "还没有归档纸质签到表" in answer.content.decode()
    assert not Mark.objects.exists()


def test_a_scan_of_the_wrong_kind_is_not_kept(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    session, register = the_door(a_running_class(cast))
    clock(register.closes_at)
    url = reverse("classes:file_paper", args=[session.uid])
    answer = browser_of(cast.class_manager).post(url, {"file": a_pdf("签到表.exe")})
    assert answer.status_code == 422
    assert not Sheet.objects.exists()


def test_the_sheets_print(cast: Cast, browser_of: Enter) -> None:
    klass = a_running_class(cast)
    session, _register = the_door(klass)
    manager = browser_of(cast.class_manager)
    sheet = reverse("classes:sheet_pdf", args=[session.uid])
    for url in (sheet, f"{sheet}?filled=1", of("roster_pdf", klass), of("scores_pdf", klass)):
        answer = manager.get(url)
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")


def test_the_roll_stays_cheap(cast: Cast, browser_of: Enter) -> None:
    klass = a_running_class(cast, learners=8)
    manager = browser_of(cast.class_manager)
    with counted("classes:roll"):
        manager.get(of("roll", klass))


def test_outsiders_find_no_roll(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_running_class(cast)
    session, _register = the_door(klass)
    learner = phone_of(a_learner(klass), browser_of)
    others = [browser_of(u) for u in (cast.rival_manager, cast.safety_officer, cast.outsider)]
    for who in (learner, *others):
        for name in ("roll", "roster_pdf", "scores_pdf", "files", "exams"):
            assert who.get(of(name, klass)).status_code == 404
        assert who.get(reverse("classes:sheet_pdf", args=[session.uid])).status_code == 404
        assert who.post(reverse("classes:paper", args=[session.uid])).status_code == 404
        assert who.post(reverse("classes:file_paper", args=[session.uid])).status_code == 404
    assert not Mark.objects.exists()
    assert not Sheet.objects.exists()
