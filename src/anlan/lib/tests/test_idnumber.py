"""Resident ID numbers: what is accepted, what is refused, and that the refusal says why."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.lib import idnumber
from anlan.lib.idnumber import BadIdNumber

TODAY = date(2026, 11, 23)
# The keyboard left in full-width mode.
FULL_WIDTH = {sign: sign + 0xFEE0 for sign in range(0x21, 0x7F)}
births = st.dates(date(1900, 1, 1), TODAY)
regions = st.sampled_from(["370199", "110105", "370102", "542337", "810000", "659004"])
sequences = st.integers(0, 999)


@given(regions, births, sequences)
def test_a_synthetic_number_says_what_it_was_made_of(
    region: str, birth: date, sequence: int
) -> None:
    read = idnumber.parse(idnumber.synthetic(region, birth, sequence), today=TODAY)
    assert (read.region, read.birth) == (region, birth)
    assert read.sex == ("male" if sequence % 2 else "female")


@given(births, sequences, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_wrong_character_is_found(
    birth: date, sequence: int, place: int, wrong: str
) -> None:
    number = idnumber.synthetic("370102", birth, sequence)
    if number[place] == wrong:
        return
    with pytest.raises(BadIdNumber):
        idnumber.parse(number[:place] + wrong + number[place + 1 :])


@given(births, sequences, st.integers(0, 17))
def test_a_missing_character_is_found(birth: date, sequence: int, place: int) -> None:
    number = idnumber.synthetic("370102", birth, sequence)
    with pytest.raises(BadIdNumber, match="应为 18 位，现在是 17 位"):
        idnumber.parse(number[:place] + number[place + 1 :])


@given(st.text(max_size=24))
def test_nonsense_is_refused_and_nothing_else_is_raised(text: str) -> None:
    with suppress(BadIdNumber):
        assert len(idnumber.parse(text).number) == 18


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "11010519491231002X".translate(FULL_WIDTH),
        "'11010519491231002X",
        "110105-19491231-002X",
        "\u200b11010519491231002X\ufeff",
    ],
)
def test_what_people_type_is_read(typed: str) -> None:
    assert idnumber.parse(typed).number == "11010519491231002X"


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "为空"),
        ("370102900307123", "15 位旧身份证号"),
        ("3.70102E+17", "科学计数法"),
        ("3.70102199003071E+17", "科学计数法"),
        ("11010519491231002", "现在是 17 位"),
        ("110105194912310029", "校验位不符"),
        ("11010519490230002X", "出生日期不存在：1949年02月30日"),
        ("11010518491231002X", "出生日期过早"),
        ("99010519491231002X", "不是省级行政区划代码"),
        ("11O10519491231002X", "第 3 位是“O”"),
        ("1101051949X231002X", "第 11 位是“X”"),
    ],
)
def test_a_refusal_says_what_is_wrong(typed: str, reason: str) -> None:
    with pytest.raises(BadIdNumber, match=reason):
        idnumber.parse(typed)


def test_a_birth_after_today_is_refused_only_when_today_is_given() -> None:
    number = idnumber.synthetic("370102", date(2026, 11, 24), 1)
    assert idnumber.parse(number).birth == date(2026, 11, 24)
    with pytest.raises(BadIdNumber, match="晚于今天"):
        idnumber.parse(number, today=TODAY)


def test_a_county_that_no_list_knows_any_more_is_accepted() -> None:
    # 370123 was Changqing county until 2001; the people born there kept their numbers.
    assert idnumber.parse(idnumber.synthetic("370123", date(1975, 5, 1), 11)).region == "370123"


def test_a_permanent_resident_from_abroad_is_accepted_by_the_province_behind_the_nine() -> None:
    assert idnumber.parse(idnumber.synthetic("937840", date(1980, 5, 1), 1)).region == "937840"


def test_age_counts_full_years() -> None:
    person = idnumber.parse(idnumber.synthetic("370199", date(1990, 11, 23), 1))
    assert person.age_on(date(2026, 11, 22)) == 35
    assert person.age_on(TODAY) == 36
