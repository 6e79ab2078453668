"""The desk of those who keep item banks; everybody else finds nothing there."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from anlan.assessments.models import Bank, BankUpload, Item
from anlan.assessments.services import import_bank
from anlan.assessments.tests.builders import (
    HEADERS,
    a_bank,
    a_file,
    a_full_bank,
    a_learner,
    a_workbook,
    the_user,
)
from anlan.foundation.accounts.models import User
from anlan.testing.cast import NOW, Cast

Browser = Callable[[User], Client]
GOOD = ("安全", "单选题", "1.安全帽的用途是（ ）", "**A.防砸**B.好看**C.遮阳", "A")
BAD = ("安全", "单选题", "2.灭火器压力应在（ ）", "**A.绿区**B.红区", "D")


@pytest.fixture
def bank(cast: Cast) -> Bank:
    return a_bank(cast.provider, "机构题库")


def at(name: str, **kwargs: object) -> str:
    return reverse(f"assessments:{name}", kwargs=kwargs)


def text(response: object) -> str:
    assert isinstance(response, HttpResponse)
    return response.content.decode()


def an_upload(rows: list[tuple[str, ...]], name: str = "题库.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, a_workbook({"Sheet1": [HEADERS, *rows]}))


def test_a_class_manager_fills_a_new_bank_and_mends_the_bad_row(
    cast: Cast, browser_of: Browser
) -> None:
    desk = browser_of(cast.class_manager)
    form = {"title": "叉车 2026", "source": "自编", "owner": cast.provider.pk}
    made = desk.post(at("new_bank"), form)
    bank = Bank.objects.get(owner=cast.provider)
    assert made.headers["Location"] == at("upload", uid=bank.uid)
    sent = desk.post(at("upload", uid=bank.uid), {"file": an_upload([GOOD, BAD]), "industry": ""})
    upload = BankUpload.objects.get()
    assert sent.headers["Location"] == at("uploaded", uid=upload.uid)
    result = text(desk.get(at("uploaded", uid=upload.uid)))
    assert "答案“D”没有对应的选项" in result
    assert "Sheet1 第 3 行" in result
    sheet = desk.get(at("problems", uid=upload.uid))
    page = load_workbook(BytesIO(sheet.content)).active
    assert page is not None
    rows = list(page.iter_rows(values_only=True))
    assert rows[0] == ("工作表", "原行号", "未导入原因", "题型", "题干", "选项", "答案")
    assert rows[1][1] == 3
    assert rows[1][4:] == ("2.灭火器压力应在（ ）", "**A.绿区**B.红区", "D")
    mended = [rows[0], (*rows[1][:6], "A")]
    again = a_file(a_workbook({"未导入的题目": mended}), cast.class_manager)
    found = import_bank(bank, again, by=cast.class_manager, at=NOW)
    assert (found.rows_new, found.problems) == (1, [])


def test_the_ledger_searches_and_filters(cast: Cast, browser_of: Browser) -> None:
    bank = a_full_bank(cast.provider)
    desk = browser_of(cast.class_manager)
    whole = text(desk.get(at("bank", uid=bank.uid)))
    assert "<b>60</b> 条" in whole
    for query, count in (
        ({"kind": "judge"}, 20),
        ({"industry": "hazchem"}, 30),
        ({"industry": "common", "kind": "single"}, 10),
        ({"text": "single3号"}, 1),
        ({"text": "题目 9号"}, 6),
        ({"state": "retired"}, 0),
        ({"kind": "nonsense"}, 60),
    ):
        rows = text(desk.get(at("bank", uid=bank.uid), query, headers={"hx-request": "true"}))
        assert (f"<b>{count}</b> 条" in rows) if count else ("没有符合条件的题目" in rows)
        assert "<html" not in rows


def test_a_city_official_sees_every_bank_and_what_each_industry_can_draw(
    cast: Cast, bank: Bank, browser_of: Browser
) -> None:
    a_full_bank()
    page = text(browser_of(cast.city_official).get(at("banks")))
    assert "机构题库" in page
    assert "通用题库" in page
    assert "各行业可抽题量" in page


def test_a_city_officials_new_bank_is_the_citys(cast: Cast, browser_of: Browser) -> None:
    desk = browser_of(cast.city_official)
    desk.post(at("new_bank"), {"title": "本市题库", "owner": cast.provider.pk})
    assert Bank.objects.get().owner is None


def test_a_class_manager_never_sees_the_citys_items(cast: Cast, browser_of: Browser) -> None:
    city = a_full_bank()
    desk = browser_of(cast.class_manager)
    assert "通用题库" not in text(desk.get(at("banks")))
    assert desk.get(at("bank", uid=city.uid)).status_code == 404


def test_a_bank_cannot_be_opened_for_another_provider(cast: Cast, browser_of: Browser) -> None:
    desk = browser_of(cast.class_manager)
    reply = desk.post(at("new_bank"), {"title": "别家题库", "owner": cast.rival_provider.pk})
    assert reply.status_code == 200
    assert not Bank.objects.exists()


def test_outsiders_find_no_bank_and_change_nothing(
    cast: Cast, bank: Bank, browser_of: Browser
) -> None:
    file = a_file(a_workbook({"Sheet1": [HEADERS, GOOD, BAD]}), cast.class_manager)
    upload = import_bank(bank, file, by=cast.class_manager, at=NOW)
    item = bank.items.get()
    learner = the_user(a_learner())
    for user in (cast.rival_manager, cast.trainer_user, cast.examiner, cast.outsider, learner):
        desk = browser_of(user)
        for name, kwargs in (
            ("bank", {"uid": bank.uid}),
            ("upload", {"uid": bank.uid}),
            ("uploaded", {"uid": upload.uid}),
            ("problems", {"uid": upload.uid}),
        ):
            assert desk.get(at(name, **kwargs)).status_code == 404
        sent = desk.post(at("upload", uid=bank.uid), {"file": an_upload([BAD])})
        assert sent.status_code == 404
        assert desk.post(at("retire", pk=item.pk), {"reason": "坏"}).status_code == 404
    assert BankUpload.objects.count() == 1
    item.refresh_from_db()
    assert item.retired_at is None


def test_an_item_is_retired_with_its_reason(cast: Cast, browser_of: Browser) -> None:
    bank = a_full_bank(cast.provider)
    item = Item.objects.first()
    assert item is not None
    desk = browser_of(cast.class_manager)
    page = desk.post(at("retire", pk=item.pk), {"reason": "依据已废止"}, follow=True)
    assert "已停用" in text(page)
    item.refresh_from_db()
    assert item.retired_at is not None
    assert desk.post(at("retire", pk=item.pk), {"reason": "再来"}).status_code == 409
    assert bank.items.filter(retired_at__isnull=False).count() == 1


@pytest.mark.parametrize(
    ("name", "content", "status", "words"),
    [
        ("题库.docx", b"PK\x03\x04", 422, "不支持「题库.docx」"),
        ("题库.xlsx", b"just text", 422, "不是能读取的表格"),
        ("题库.xlsx", b"0" * (22 * 1024 * 1024), 422, "超过 20 MB 的上限"),
        ("题库.xlsx", b"0" * (30 * 1024 * 1024), 413, "超过这里"),
        ("题库.xlsx", b"", 200, "这个文件是空的"),
    ],
    ids=["docx", "text", "22 MB", "30 MB", "empty"],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    cast: Cast, bank: Bank, browser_of: Browser, name: str, content: bytes, status: int, words: str
) -> None:
    desk = browser_of(cast.class_manager)
    reply = desk.post(at("upload", uid=bank.uid), {"file": SimpleUploadedFile(name, content)})
    assert reply.status_code == status
    assert words in text(reply)
    assert not BankUpload.objects.exists()
    assert not bank.items.exists()
