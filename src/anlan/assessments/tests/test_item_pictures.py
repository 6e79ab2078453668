"""Pictures come in bare, belong to their item, and are shown to keepers and sitters only."""

import base64
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from anlan.assessments.models import Bank, Item, ItemStatus
from anlan.assessments.parsing.files import read_file
from anlan.assessments.queries import questions_shown
from anlan.assessments.services import import_bank, prepare_sitting, start_sitting
from anlan.assessments.tests.builders import (
    HEADERS,
    a_bank,
    a_file,
    a_full_bank,
    a_learner,
    a_picture,
    a_sitting,
    shared,
    the_user,
)
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import keep
from anlan.testing.cast import NOW, Cast

Browser = Callable[[User], Client]
ROWS = [
    ("安全", "单选题", "1.图中的标志表示（ ）", "**A.禁止**B.警告**C.指令", "A"),
    ("安全", "判断题", "2.标志应当清晰。", "**A.正确**B.错误", "A"),
]


def a_drawn_workbook(*pictures: tuple[int, bytes]) -> bytes:
    """A workbook with pictures over its rows (from 0)."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet("题目")
    for line, row in enumerate([HEADERS, *ROWS]):
        page.write_row(line, 0, row)
    for line, content in pictures:
        page.insert_image(line, 2, "p.png", {"image_data": BytesIO(content)})
    book.close()
    return buffer.getvalue()


@pytest.fixture
def bank(cast: Cast) -> Bank:
    return a_bank(cast.provider, "机构题库")


def test_a_picture_over_a_row_is_that_items(bank: Bank, cast: Cast) -> None:
    file = a_file(a_drawn_workbook((1, a_picture())), cast.class_manager)
    import_bank(bank, file, by=cast.class_manager, at=NOW)
    with_picture = bank.items.get(image__isnull=False)
    assert with_picture.stem == "图中的标志表示（ ）"
    assert with_picture.image is not None
    kept = with_picture.image.path.read_bytes()
    assert b"who took it" not in kept
    assert Image.open(BytesIO(kept)).size == (60, 40)
    again = import_bank(bank, file, by=cast.class_manager, at=NOW)
    assert (again.rows_new, again.rows_same) == (0, 2)


def test_the_same_words_with_another_picture_are_another_question(bank: Bank, cast: Cast) -> None:
    for colour in ("red", "blue"):
        file = a_file(a_drawn_workbook((1, a_picture(colour))), cast.class_manager)
        import_bank(bank, file, by=cast.class_manager, at=NOW)
    assert bank.items.filter(image__isnull=False).count() == 2


def test_two_pictures_over_one_row_are_set_below_each_other(bank: Bank, cast: Cast) -> None:
    both = a_drawn_workbook((1, a_picture("red")), (1, a_picture("blue")))
    import_bank(bank, a_file(both, cast.class_manager), by=cast.class_manager, at=NOW)
    image = bank.items.get(image__isnull=False).image
    assert image is not None
    assert Image.open(image.path).size == (60, 80)


def test_a_photo_loses_its_exif_and_its_size(bank: Bank, cast: Cast, browser_of: Browser) -> None:
    photo = Image.effect_noise((2400, 1800), 90).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = "at home"
    buffer = BytesIO()
    photo.save(buffer, "JPEG", exif=exif)
    desk = browser_of(cast.class_manager)
    form = {
        "kind": "judge",
        "difficulty": "2",
        "stem": "图中做法正确",
        "answer": "A",
        "act": "draft",
    }
    form["picture"] = SimpleUploadedFile("p.jpg", buffer.getvalue())  # type: ignore[assignment]
    desk.post(reverse("assessments:new_item", args=[bank.uid]), form)
    image = bank.items.get().image
    assert image is not None
    kept = Image.open(image.path)
    assert max(kept.size) == 1200
    assert not kept.getexif()
    assert b"at home" not in image.path.read_bytes()
    form["picture"] = SimpleUploadedFile("p.jpg", b"<svg onload=alert(1)>")  # type: ignore[assignment]
    refused = desk.post(reverse("assessments:new_item", args=[bank.uid]), form | {"stem": "另一道"})
    assert refused.status_code == 422
    assert "图片打不开" in refused.content.decode()
    assert bank.items.count() == 1


def test_a_moodle_picture_comes_in_with_its_question(bank: Bank, cast: Cast) -> None:
    picture = base64.b64encode(a_picture()).decode()
    xml = (
        '<quiz><question type="truefalse"><questiontext format="html">'
        '<text><![CDATA[<p>这样对吗</p><img src="@@PLUGINFILE@@/a.png">]]></text>'
        f'<file name="a.png" encoding="base64">{picture}</file></questiontext>'
        '<answer fraction="100"><text>true</text></answer>'
        '<answer fraction="0"><text>false</text></answer></question></quiz>'
    )
    file = a_file(xml.encode(), cast.class_manager, "题库.xml")
    import_bank(bank, file, by=cast.class_manager, at=NOW)
    assert bank.items.get().image is not None


def test_a_picture_is_shown_to_who_sits_the_paper_and_to_no_one_else(
    cast: Cast, browser_of: Browser
) -> None:
    bank = a_full_bank()
    image = keep([a_picture()], name="题图.png", by=cast.city_official, at=NOW)
    Item.objects.update(image=image)
    learner, other = a_learner(), a_learner(2, "李小山")
    sitting = a_sitting(learner, cast.city_official)
    prepare_sitting(sitting)
    to = reverse("assessments:question_image", args=[sitting.uid, 1])
    mine = browser_of(the_user(learner))
    assert mine.get(to).status_code == 404, "drawn, but not begun"
    start_sitting(sitting, by=None, at=NOW + timedelta(minutes=1))
    assert questions_shown(sitting)[0].image == to
    reply = mine.get(to)
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "image/png"
    assert "private" in reply.headers["Cache-Control"]
    for user in (the_user(other), cast.class_manager, cast.city_official, cast.outsider):
        assert browser_of(user).get(to).status_code == 404
    assert (
        mine.get(reverse("assessments:question_image", args=[sitting.uid, 99])).status_code == 404
    )
    item = bank.items.filter(status=ItemStatus.IN_USE).first()
    assert item is not None
    kept = reverse("assessments:item_image", args=[item.pk])
    assert browser_of(cast.city_official).get(kept).status_code == 200
    assert mine.get(kept).status_code == 404


def test_an_item_without_a_picture_has_no_address(cast: Cast) -> None:
    a_full_bank()
    sitting = start_sitting(a_sitting(a_learner(), cast.city_official), by=None, at=NOW)
    assert {shown.image for shown in questions_shown(sitting)} == {""}
    assert not StoredFile.objects.filter(items__isnull=False).exists()


@pytest.mark.skipif(not shared("qbank_cn").exists(), reason="the shared banks are not here")
@pytest.mark.django_db
def test_the_pictures_of_a_real_bank_are_found() -> None:
    path = shared("qbank_cn", "raw", "省级高处作业.xlsx")
    rows = read_file(path, path.name).rows
    assert [row.row for row in rows if row.draft and row.draft.picture] == [712, 715]
