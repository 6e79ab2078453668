"""Guessing which column is which field."""

from __future__ import annotations

from anlan.lib.columns import PERSON_FIELDS, Wanted, guess, header_key


def test_the_usual_rosters_are_understood() -> None:
    for headers in (
        ["序号", "姓名", "身份证号", "手机", "岗位", "部门"],
        ["部门名称", "员工姓名", "证件号码", "联系电话", "工种", "备注"],
        ["*姓 名（必填）", "身份证", "手机号码：", "职务", "所在部门"],
    ):
        found = guess(headers, PERSON_FIELDS)
        assert set(found.columns) == {"name", "id_number", "phone", "position", "department"}


def test_every_column_is_used_once_and_the_exact_name_wins() -> None:
    found = guess(["紧急联系人电话", "联系电话", "姓名"], PERSON_FIELDS)
    assert found.columns == {"name": 2, "phone": 1}
    assert found.unmapped == ["紧急联系人电话"]
    assert [wanted.key for wanted in found.missing_required] == ["id_number"]


def test_a_row_is_picked_by_field_even_when_it_is_short() -> None:
    found = guess(["姓名", "手机"], PERSON_FIELDS)
    assert found.pick(["王一"]) == {"name": "王一", "phone": ""}


def test_no_header_and_no_wish_give_an_empty_guess() -> None:
    assert guess([], PERSON_FIELDS).columns == {}
    assert guess(["姓名"], []).unmapped == ["姓名"]


def test_a_header_of_decoration_only_is_still_a_header() -> None:
    assert header_key("（姓名）") == "姓名"
    assert guess(["（备注）"], [Wanted("note", "备注")]).columns == {"note": 0}
