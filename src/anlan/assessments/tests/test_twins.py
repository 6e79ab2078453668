"""Items that read alike: told before an import, shown until somebody decides."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from anlan.assessments.models import Bank, Item, ItemStatus, KeptPair
from anlan.assessments.queries import twins
from anlan.assessments.services import confirm_upload, import_upload, read_upload, upload_bank
from anlan.assessments.tests.builders import HEADERS, a_bank, a_file, a_workbook
from anlan.foundation.accounts.models import User
from anlan.testing.cast import NOW, Cast

Browser = Callable[[User], Client]
OPTIONS = "**A.先通风再检测后作业**B.先作业后检测**C.不必检测"
FIRST = ("安全", "单选题", "1.进入受限空间作业之前应当按什么顺序去做", OPTIONS, "A")
ALIKE = ("安全", "单选题", "2.进入受限空间作业以前应当按什么顺序去做", OPTIONS, "A")
OTHER = ("安全", "判断题", "3.灭火器压力表的指针应当在绿区。", "**A.正确**B.错误", "A")


@pytest.fixture
def bank(cast: Cast) -> Bank:
    return a_bank(cast.provider, "机构题库")


def read(bank: Bank, cast: Cast, *rows: tuple[str, ...]):  # type: ignore[no-untyped-def]
    file = a_file(a_workbook({"a": [HEADERS, *rows]}), cast.class_manager)
    upload = upload_bank(bank, file, by=cast.class_manager, at=NOW)
    return read_upload(upload, at=NOW)


def test_a_near_row_is_told_before_anything_is_stored(bank: Bank, cast: Cast) -> None:
    upload = read(bank, cast, FIRST, ALIKE, OTHER)
    assert (upload.rows_new, upload.rows_near) == (3, 1)
    near = upload.preview["near"][0]
    assert (near["where"], near["like"]) == ("工作表“a”第 3 行", "第 2 行")
    assert not bank.items.exists()


def test_what_is_near_can_be_left_out_and_is_accounted_for(bank: Bank, cast: Cast) -> None:
    upload = read(bank, cast, FIRST, ALIKE, OTHER)
    confirm_upload(upload, take_near=False, by=cast.class_manager, at=NOW)
    import_upload(upload, at=NOW)
    assert bank.items.count() == upload.rows_new == 2
    assert upload.rows_total == upload.rows_new + upload.rows_same + upload.rows_bad
    assert "近似" in upload.problems[0]["text"]


@pytest.fixture
def pair(bank: Bank, cast: Cast) -> tuple[Item, Item]:
    upload = read(bank, cast, FIRST, ALIKE, OTHER)
    confirm_upload(upload, take_near=True, by=cast.class_manager, at=NOW)
    import_upload(upload, at=NOW)
    first, second = bank.items.filter(kind="single").order_by("id")
    return first, second


def test_both_are_kept_and_never_shown_again(
    bank: Bank, cast: Cast, pair: tuple[Item, Item], browser_of: Browser
) -> None:
    desk = browser_of(cast.class_manager)
    page = desk.get(reverse("assessments:twins", args=[bank.uid])).content.decode()
    assert "1 对题疑似重复" in page
    to = reverse("assessments:decide_twins", args=[pair[0].pk, pair[1].pk])
    assert desk.post(to, {"keep": "nonsense"}).status_code == 422
    assert len(twins(bank, share=0.7)) == 1
    desk.post(to, {"keep": "both"})
    assert twins(bank, share=0.7) == []
    assert KeptPair.objects.get().by == cast.class_manager


def test_one_is_kept_and_the_other_retired(
    bank: Bank, cast: Cast, pair: tuple[Item, Item], browser_of: Browser
) -> None:
    to = reverse("assessments:decide_twins", args=[pair[1].pk, pair[0].pk])
    for user in (cast.rival_manager, cast.examiner, cast.outsider):
        assert browser_of(user).post(to, {"keep": "first"}).status_code == 404
    assert bank.items.exclude(status=ItemStatus.RETIRED).count() == 3
    browser_of(cast.class_manager).post(to, {"keep": "second"})
    pair[0].refresh_from_db()
    pair[1].refresh_from_db()
    assert (pair[0].status, pair[1].status) == (ItemStatus.RETIRED, ItemStatus.REVIEW)
    assert twins(bank, share=0.7) == []
