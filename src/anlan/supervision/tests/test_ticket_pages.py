"""The ledger and the record: who sees which, what each may do, no ticket for an outsider."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now
from openpyxl import load_workbook

from anlan.classes.models import TrainingClass
from anlan.foundation.accounts.models import Role, ScopeKind
from anlan.foundation.files.services import keep
from anlan.foundation.ledger.models import Entry
from anlan.methods.tests.scenes import a_scene, jpeg
from anlan.supervision.models import Inquiry, Ticket, TicketKind, TicketStatus
from anlan.supervision.services.tickets import ask_provider, assign_ticket, dismiss_ticket
from anlan.supervision.tests.scenes import a_photo, a_ticket
from anlan.testing.cast import NOW, Cast, a_user
from anlan.testing.queries import counted

Enter = Callable[[object], Client]


@pytest.fixture
def ticket(klass: TrainingClass) -> Ticket:
    return a_ticket(klass)


@pytest.fixture
def inquiry(cast: Cast, ticket: Ticket) -> Inquiry:
    assign_ticket(ticket, cast.district_official, by=cast.district_official, at=now())
    return ask_provider(ticket, "请说明人数不一致的原因", by=cast.district_official, at=now())


def page(browser: Client, name: str, *where: object, **query: str) -> str:
    answer = browser.get(reverse(f"supervision:{name}", args=where), query)
    assert answer.status_code == 200, (name, answer.status_code)
    return answer.content.decode()


def post(browser: Client, name: str, ticket: Ticket, **data: object) -> int:
    return browser.post(reverse(f"supervision:{name}", args=[ticket.uid]), data).status_code


def test_each_official_sees_what_lies_in_reach(
    cast: Cast, ticket: Ticket, browser_of: Enter
) -> None:
    hazchem = a_user("dep", "应急", Role.DEPARTMENT_OFFICIAL, ScopeKind.INDUSTRY, "hazchem")
    mining = a_user("dep2", "矿山", Role.DEPARTMENT_OFFICIAL, ScopeKind.INDUSTRY, "mining")
    for user in (cast.city_official, cast.district_official, hazchem):
        assert str(ticket.uid) in page(browser_of(user), "tickets")
        assert "人数不符" in page(browser_of(user), "ticket", ticket.uid)
    for user in (cast.other_district_official, mining):
        browser = browser_of(user)
        assert str(ticket.uid) not in page(browser, "tickets")
        assert browser.get(reverse("supervision:ticket", args=[ticket.uid])).status_code == 404


@pytest.mark.parametrize(
    "who", ["class_manager", "trainer_user", "safety_officer", "rival_manager", "outsider"]
)
def test_nobody_else_finds_anything(
    cast: Cast, ticket: Ticket, browser_of: Enter, who: str
) -> None:
    browser = browser_of(getattr(cast, who))
    for name in ("tickets", "export", "checks", "calls"):
        assert browser.get(reverse(f"supervision:{name}")).status_code == 404
    assert browser.get(reverse("supervision:ticket", args=[ticket.uid])).status_code == 404
    for act in ("assign", "ask", "confirm", "dismiss", "close"):
        assert (
            post(browser, act, ticket, to=cast.city_official.uid, question="x", reason="x") == 404
        )
    ticket.refresh_from_db()
    assert ticket.status == TicketStatus.OPEN
    assert Entry.objects.filter(subject=ticket.subject).count() == 1


def test_a_department_reads_and_does_nothing(cast: Cast, ticket: Ticket, browser_of: Enter) -> None:
    department = a_user("dep", "应急", Role.DEPARTMENT_OFFICIAL, ScopeKind.INDUSTRY, "hazchem")
    browser = browser_of(department)
    assert "不能处理" in page(browser, "ticket", ticket.uid)
    assert post(browser, "assign", ticket, to=department.uid) == 404
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_from_the_ledger_to_the_close(cast: Cast, ticket: Ticket, browser_of: Enter) -> None:
    browser = browser_of(cast.district_official)
    assert post(browser, "assign", ticket, to=cast.district_official.uid) == 302
    assert "请机构说明" in page(browser, "ticket", ticket.uid)
    assert post(browser, "ask", ticket, question="请说明人数") == 302
    asked = Inquiry.objects.get()
    manager = browser_of(cast.class_manager)
    answer = manager.post(
        reverse("supervision:inquiry", args=[asked.uid]),
        {"text": "摄像机只拍到前半部", "attached": [a_photo(), a_photo("二.jpg", 6)]},
    )
    assert answer.status_code == 302
    shown = page(browser, "ticket", ticket.uid)
    assert "摄像机只拍到前半部" in shown
    assert shown.count(f"/asked/{asked.uid}/file/") == 2
    assert post(browser, "confirm", ticket, reason="人数虚高", order="核对名单") == 302
    assert "等机构报告整改情况" in page(browser, "ticket", ticket.uid)
    order = Inquiry.objects.get(kind="rectify")
    manager.post(reverse("supervision:inquiry", args=[order.uid]), {"text": "已核对"})
    assert post(browser, "close", ticket) == 302
    ticket.refresh_from_db()
    assert ticket.status == TicketStatus.CLOSED


def test_the_provider_sees_what_it_is_asked_and_no_more(
    cast: Cast, klass: TrainingClass, inquiry: Inquiry, browser_of: Enter
) -> None:
    manager = browser_of(cast.class_manager)
    shown = page(manager, "inquiry", inquiry.uid)
    assert "画面最多人数" in shown
    assert "请说明人数不一致的原因" in shown
    for hidden in ("允许差异", "30%", cast.district_official.name, cast.district_official.username):
        assert hidden not in shown
    assert klass.title in page(manager, "inquiries")
    for user in (cast.rival_manager, cast.outsider, cast.examiner, cast.safety_officer):
        found = browser_of(user).get(reverse("supervision:inquiry", args=[inquiry.uid]))
        assert found.status_code == 404
    rival = browser_of(cast.rival_manager)
    refused = rival.post(reverse("supervision:inquiry", args=[inquiry.uid]), {"text": "x"})
    assert refused.status_code == 404
    inquiry.refresh_from_db()
    assert inquiry.answered_at is None


def test_an_empty_answer_and_a_strange_file_are_refused(
    cast: Cast, inquiry: Inquiry, browser_of: Enter
) -> None:
    where = reverse("supervision:inquiry", args=[inquiry.uid])
    manager = browser_of(cast.class_manager)
    assert manager.post(where, {"text": " "}).status_code == 422
    strange = SimpleUploadedFile("x.exe", b"MZ")
    assert manager.post(where, {"text": "见附件", "attached": [strange]}).status_code == 422
    inquiry.refresh_from_db()
    assert inquiry.answered_at is None
    assert not inquiry.files.exists()


def test_pictures_open_for_officials_and_the_own_ones_for_the_provider(
    cast: Cast, klass: TrainingClass, browser_of: Enter
) -> None:
    from_own, from_other = (_kept(cast, seed) for seed in (1, 2))
    ticket = a_ticket(
        klass,
        pictures=[
            {"file": from_own, "label": "本班", "own": True},
            {"file": from_other, "label": "另一班", "own": False},
        ],
    )
    assign_ticket(ticket, cast.district_official, by=cast.district_official, at=NOW)
    asked = ask_provider(ticket, "请说明", by=cast.district_official, at=NOW)
    official, manager = browser_of(cast.district_official), browser_of(cast.class_manager)

    def status(browser: Client, name: str, uid: object, file: str) -> int:
        return browser.get(reverse(f"supervision:{name}", args=[uid, file])).status_code

    assert status(official, "picture", ticket.uid, from_other) == 200
    assert status(manager, "picture", ticket.uid, from_own) == 404
    assert status(manager, "own_picture", asked.uid, from_own) == 200
    assert status(manager, "own_picture", asked.uid, from_other) == 404
    assert status(official, "picture", ticket.uid, _kept(cast, 3)) == 404
    assert status(browser_of(cast.rival_manager), "own_picture", asked.uid, from_own) == 404


def test_filters_are_the_address(cast: Cast, klass: TrainingClass, browser_of: Enter) -> None:
    mine = a_ticket(klass)
    assign_ticket(mine, cast.city_official, by=cast.city_official, at=NOW)
    other = a_ticket(klass, kind=TicketKind.FAST)
    browser = browser_of(cast.city_official)
    for query, seen, unseen in (
        ({"mine": "on"}, mine, other),
        ({"kind": "fast"}, other, mine),
        ({"state": "open"}, other, mine),
        ({"severity": "low"}, other, mine),
        ({"district": "370113"}, None, mine),
        ({"q": klass.number}, mine, None),
        ({"q": "没有这个班"}, None, mine),
    ):
        shown = page(browser, "tickets", **query)
        assert seen is None or f"/tickets/{seen.uid}/" in shown, query
        assert unseen is None or f"/tickets/{unseen.uid}/" not in shown, query
    assert "没有符合条件" in page(browser, "tickets", q="没有这个班")


def test_the_oldest_clock_stands_first(cast: Cast, klass: TrainingClass, browser_of: Enter) -> None:
    slow, quick = a_ticket(klass, kind=TicketKind.FAST), a_ticket(klass, kind=TicketKind.NO_FACE)
    done = a_ticket(klass)
    assign_ticket(done, cast.city_official, by=cast.city_official, at=NOW)
    dismiss_ticket(done, "已核实", by=cast.city_official, at=NOW)
    Ticket.objects.filter(pk=quick.pk).update(due_at=now() - timedelta(days=2))
    shown = page(browser_of(cast.city_official), "tickets")
    places = [shown.index(f"/tickets/{one.uid}/") for one in (quick, slow, done)]
    assert places == sorted(places)
    assert "逾期 2 天" in shown


def test_the_ledger_is_exported(cast: Cast, ticket: Ticket, browser_of: Enter) -> None:
    answer = browser_of(cast.district_official).get(reverse("supervision:export"))
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert any("人数不符" in row for row in rows)


def test_an_empty_ledger_says_what_will_come(cast: Cast, browser_of: Enter) -> None:
    assert "还没有疑点" in page(browser_of(cast.city_official), "tickets")
    assert "没有监管问询" in page(browser_of(cast.class_manager), "inquiries")


def test_the_class_page_tells_officials_alone(
    cast: Cast, klass: TrainingClass, ticket: Ticket, browser_of: Enter
) -> None:
    record = reverse("classes:record", args=[klass.uid])
    assert "1 件疑点待核实" in browser_of(cast.district_official).get(record).content.decode()
    assert "疑点" not in browser_of(cast.class_manager).get(record).content.decode()
    watch = page(browser_of(cast.district_official), "class", klass.uid)
    assert f"/tickets/{ticket.uid}/" in watch
    manager = browser_of(cast.class_manager)
    assert manager.get(reverse("supervision:class", args=[klass.uid])).status_code == 404


def test_the_pages_stay_cheap(
    cast: Cast, klass: TrainingClass, inquiry: Inquiry, browser_of: Enter
) -> None:
    for kind in (TicketKind.FAST, TicketKind.ALIKE, TicketKind.DEVICE):
        a_ticket(klass, kind=kind)
    look(browser_of(cast.district_official), "tickets")
    look(browser_of(cast.district_official), "ticket", inquiry.ticket.uid)
    look(browser_of(cast.district_official), "class", klass.uid)
    look(browser_of(cast.class_manager), "inquiries")
    look(browser_of(cast.class_manager), "inquiry", inquiry.uid)


def look(browser: Client, name: str, *where: object) -> None:
    page(browser, name, *where)
    with counted(f"supervision:{name}"):
        page(browser, name, *where)


def _kept(cast: Cast, seed: int) -> str:
    return str(keep([jpeg(a_scene(seed))], name="照片.jpg", by=cast.class_manager, at=NOW).uid)
