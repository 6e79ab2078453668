"""Lines of a card become fields; what contradicts itself is never sure. No picture is read here."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from anlan.lib import idnumber, uscc
from anlan.vision.findings import Paper
from anlan.vision.id_back import parse_back
from anlan.vision.id_card import parse_front
from anlan.vision.layout import alike
from anlan.vision.licence import parse_licence
from anlan.vision.thresholds import DEFAULTS
from anlan.vision.upright import Line

TODAY = date(2026, 7, 1)
NUMBER = idnumber.synthetic(idnumber.SYNTHETIC_REGION, date(1990, 3, 5), 12)
FRONT = {
    "name": ("姓名", "王小明"), "sex": ("性别", "女"), "birth": ("出生", "1990年3月5日"),
    "address": ("住址", "山东省济南市历下区泉城"),
}  # fmt: skip


def line(text: str, left: float, y: float, *, score: float = 0.99, height: float = 40) -> Line:
    right = left + height * 0.9 * len(text)
    corners = ((left, y - 20), (right, y - 20), (right, y + 20), (left, y + 20))
    return Line(text, score, score, left, right, y, height, corners)


def front(number: str = NUMBER, **changed: str) -> list[Line]:
    """A card's front, labels and values in boxes of their own."""
    lines = [line("样本", 930, 30)]
    for place, (key, (label, value)) in enumerate(FRONT.items()):
        y = 85 + 80 * place
        lines += [line(label, 70, y), line(changed.get(key, value), 190, y)]
    lines += [line("民族", 330, 165), line(changed.get("ethnicity", "汉"), 430, 165)]
    lines += [line("路9号", 190, 375), line("公民身份号码", 70, 550)]
    return [*lines, line(number, 330, 548, height=36)]


def read(lines: Sequence[Line], today: date = TODAY) -> Paper:
    return parse_front(lines, today=today, limits=DEFAULTS)


def test_a_card_that_agrees_with_itself_is_sure() -> None:
    paper = read(front())
    assert {key: field.value for key, field in paper.fields.items()} == {
        "name": "王小明", "sex": "女", "ethnicity": "汉", "birth": "1990-03-05",
        "address": "山东省济南市历下区泉城路9号", "number": NUMBER,
    }  # fmt: skip
    assert (paper.sure, paper.doubts, paper.age) == (True, (), 36)


@pytest.mark.parametrize(("reach", "birth"), [(22, "1990-03-05"), (8, "")])
def test_a_digit_in_two_boxes_is_read_once(reach: float, birth: str) -> None:
    """A box that reaches a letter's width into the other has read that letter too."""
    others = [one for one in front() if one.text != "1990年3月5日"]
    year = line("1990", 190, 245)
    rest = line("0年3月5日", year.right - reach, 245)
    assert read([*others, year, rest]).value("birth") == birth


def test_a_number_with_a_wrong_checksum_is_never_sure() -> None:
    for place in range(18):
        digit = str((int(NUMBER[place].replace("X", "0")) + 1) % 10)
        paper = read(front(NUMBER[:place] + digit + NUMBER[place + 1 :]))
        assert not paper.sure
        assert "number_doubt" in paper.doubts
        assert paper.age is None


@pytest.mark.parametrize(
    ("changed", "doubt"),
    [
        ({"birth": "1990年3月6日"}, "birth_differs"),
        ({"sex": "男"}, "sex_differs"),
        ({"birth": "1990年13月5日"}, "number_doubt"),
        ({"sex": "？"}, "number_doubt"),
    ],
)
def test_a_number_that_contradicts_the_words_beside_it_is_not_sure(
    changed: dict[str, str], doubt: str
) -> None:
    paper = read(front(**changed))
    assert not paper.sure
    assert doubt in paper.doubts


def test_a_number_read_without_certainty_is_not_sure() -> None:
    lines = [replace(one, least=0.2) if one.text == NUMBER else one for one in front()]
    assert not read(lines).sure


def test_two_numbers_are_none() -> None:
    other = idnumber.synthetic(idnumber.SYNTHETIC_REGION, date(1985, 1, 2), 11)
    paper = read([*front(), line(other, 330, 640)])
    assert (paper.sure, paper.value("number")) == (False, "")


def test_labels_may_be_missing_or_melt_with_their_values() -> None:
    bare = [one for one in front() if one.text not in ("姓名", "性别", "民族", "出生", "住址")]
    assert read(bare).value("name") == "王小明"
    assert read(bare).sure
    melted = [line("姓名王小明", 70, 85), line("性别女民族蒙古", 70, 165), line("出生1990年3月5日", 70, 245),
              line("住址山东省济南市历下区泉城", 70, 325), line(f"公民身份号码{NUMBER}", 70, 550)]  # fmt: skip
    paper = read(melted)
    assert (paper.value("name"), paper.value("ethnicity")) == ("王小明", "蒙古")
    assert paper.sure


def test_a_child_and_another_province_are_told_apart_from_mistakes() -> None:
    young = idnumber.synthetic(idnumber.SYNTHETIC_REGION, date(2012, 3, 5), 12)
    paper = read(front(young, birth="2012年3月5日"))
    assert (paper.sure, paper.age, paper.doubts) == (True, 14, ("under_age",))
    paper = read(front(address="河南省郑州市中原区某某路"))
    assert (paper.sure, paper.doubts) == (True, ("region_differs",))


def test_a_name_with_a_point_and_an_unknown_people() -> None:
    paper = read(front(name="买买提·艾力", ethnicity="双"))
    assert paper.value("name") == "买买提·艾力"
    assert paper.fields["ethnicity"].confidence < DEFAULTS.text_sure_min
    assert "unsure" in paper.doubts


@pytest.mark.parametrize(
    ("period", "until", "doubts"),
    [
        ("2015.03.01-2035.03.01", "2035-03-01", ()),
        ("2015.03.01-长期", "长期", ()),
        ("2005.03.01-2025.03.01", "2025-03-01", ("expired",)),
        ("2015.03.01-2005.03.01", "", ("unsure",)),
        ("2015.13.01-2035.03.01", "", ("unsure",)),
        ("2027.03.01-2037.03.01", "2037-03-01", ("unsure",)),
        ("2024.02.29-2029.02.28", "2029-02-28", ()),
        ("2015.03.01-2085.03.01", "2085-03-01", ("span_odd",)),
        ("2015.03.01-2035.03.11", "2035-03-11", ("span_odd",)),
    ],
)
def test_the_back(period: str, until: str, doubts: tuple[str, ...]) -> None:
    lines = [line("签发机关", 200, 465), line("济南市公安局历下区分局", 390, 465),
             line("有效期限", 200, 545), line(period, 390, 545)]  # fmt: skip
    paper = parse_back(lines, today=TODAY, limits=DEFAULTS)
    assert paper.value("authority") == "济南市公安局历下区分局"
    assert (paper.value("valid_until"), paper.doubts) == (until, doubts)


def licence(code: str) -> list[Line]:
    return [
        line("营业执照", 580, 140, height=110), line(code, 110, 180), line("（副 本）", 1250, 145),
        line("名", 110, 365), line("称", 200, 362), line("济南某某有限公司", 300, 365),
        line("注册资本 伍佰万元整", 1010, 365), line("类型", 110, 443), line("股份有限公司", 300, 443),
        line("成立日期", 1010, 443), line("2019年03月05日", 1180, 443), line("法定代表人 李四", 110, 521),
        line("住所", 1010, 521), line("山东省济南市历下", 1180, 521), line("区泉城路1号", 1180, 599),
        line("经营范围", 110, 599), line("一般项目：技术服务；", 300, 599), line("销售。", 300, 677),
        line("登记机", 1050, 917), line("2019年03月06日", 1100, 980),
    ]  # fmt: skip


def test_a_licence_is_read_by_its_labels() -> None:
    code = uscc.synthetic(12345)
    paper = parse_licence(licence(code), today=TODAY, limits=DEFAULTS)
    assert {key: field.value for key, field in paper.fields.items()} == {
        "name": "济南某某有限公司", "code": code, "kind": "股份有限公司", "legal_person": "李四",
        "address": "山东省济南市历下区泉城路1号", "founded": "2019-03-05",
        "scope": "一般项目：技术服务；销售。",
    }  # fmt: skip
    assert (paper.sure, paper.doubts) == (True, ())


def test_a_sliver_of_the_value_in_the_label_s_box_is_no_letter_of_it() -> None:
    lines = [one for one in licence(uscc.synthetic(12345)) if one.text != "住所"]
    paper = parse_licence([*lines, line("住所L", 1010, 521)], today=TODAY, limits=DEFAULTS)
    assert paper.value("address") == "山东省济南市历下区泉城路1号"


def test_an_older_form_in_a_label_or_a_name_is_read_as_the_standard_one() -> None:
    names = {"称": "稱", "法定代表人 李四": "法定代表人 劉靜"}
    lines = [replace(one, text=names.get(one.text, one.text)) for one in licence("")]
    paper = parse_licence(lines, today=TODAY, limits=DEFAULTS)
    assert (paper.value("name"), paper.value("legal_person")) == ("济南某某有限公司", "刘静")
    assert read(front(name="甯後")).value("name") == "甯後"  # standard characters themselves


def test_a_code_with_a_wrong_check_character_is_never_sure() -> None:
    code = uscc.synthetic(12345)
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    paper = parse_licence(licence(wrong), today=TODAY, limits=DEFAULTS)
    assert (paper.sure, "code_doubt" in paper.doubts) == (False, True)


def test_what_was_typed_is_compared_without_width_and_punctuation() -> None:
    assert alike("济南（某某）有限公司", "济南(某某) 有限公司")
    assert alike("王強", "王强")
    assert not alike("王强", "王勇")
