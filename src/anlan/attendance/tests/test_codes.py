"""The code on the screen opens its own register, for two windows, and nothing else."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from anlan.attendance.codes import CodeChanged, check_code, code_at, qr_svg, window
from anlan.attendance.models import Register, fresh_secret

moments = st.datetimes(
    datetime(2021, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
lengths = st.integers(1, 120)


def a_register(seconds: int = 12) -> Register:
    return Register(title="上午课", qr_seconds=seconds, secret=fresh_secret())


@given(at=moments, seconds=lengths, share=st.floats(0, 1, exclude_max=True))
def test_a_code_is_accepted_until_the_next_window_ends(
    at: datetime, seconds: int, share: float
) -> None:
    register = a_register(seconds)
    shown = code_at(register, at)
    assert at < shown.valid_until <= at + timedelta(seconds=seconds)
    last = shown.valid_until + timedelta(seconds=seconds) - timedelta(microseconds=1)
    for moment in (at, at + (last - at) * share, last):
        check_code(register, shown.token, at=moment)
        check_code(register, shown.digits, at=moment)


@given(at=moments, seconds=lengths, later=st.timedeltas(timedelta(0), timedelta(days=30)))
def test_after_that_it_opens_nothing(at: datetime, seconds: int, later: timedelta) -> None:
    register = a_register(seconds)
    shown = code_at(register, at)
    expired = shown.valid_until + timedelta(seconds=seconds) + later
    with pytest.raises(CodeChanged):
        check_code(register, shown.token, at=expired)


@given(at=moments, seconds=lengths)
def test_a_code_of_tomorrow_opens_nothing_today(at: datetime, seconds: int) -> None:
    register = a_register(seconds)
    coming = code_at(register, at + timedelta(seconds=seconds))
    with pytest.raises(CodeChanged):
        check_code(register, coming.token, at=at)


@given(at=moments, seconds=lengths)
def test_a_code_of_one_register_never_opens_another(at: datetime, seconds: int) -> None:
    mine, other = a_register(seconds), a_register(seconds)
    with pytest.raises(CodeChanged):
        check_code(other, code_at(mine, at).token, at=at)


@given(at=moments)
def test_the_same_secret_does_not_make_the_same_code(at: datetime) -> None:
    mine, other = a_register(), a_register()
    other.secret = mine.secret
    assert code_at(mine, at) != code_at(other, at)


@given(at=moments, typed=st.text(max_size=24))
def test_nothing_typed_at_random_opens_a_register(at: datetime, typed: str) -> None:
    register = a_register()
    tight = "".join(typed.split())
    previous = code_at(register, at - timedelta(seconds=register.qr_seconds))
    shown = code_at(register, at)
    assume(tight not in {shown.token, shown.digits, previous.token, previous.digits})
    with pytest.raises(CodeChanged):
        check_code(register, typed, at=at)


def test_digits_may_be_typed_with_blanks() -> None:
    register, at = a_register(), datetime(2026, 11, 23, tzinfo=UTC)
    digits = code_at(register, at).digits
    assert len(digits) == 6
    check_code(register, f" {digits[:3]} {digits[3:]} ", at=at)


def test_windows_are_counted_from_1970_and_turn_on_the_second() -> None:
    register, epoch = a_register(12), datetime(1970, 1, 1, tzinfo=UTC)
    assert window(register, epoch) == 0
    assert window(register, epoch + timedelta(seconds=12, microseconds=-1)) == 0
    assert window(register, epoch + timedelta(seconds=12)) == 1


def test_the_refusal_says_to_scan_again() -> None:
    with pytest.raises(CodeChanged) as refused:
        check_code(a_register(), "000000000000", at=datetime(2026, 11, 23, tzinfo=UTC))
    assert "签到码已更换" in refused.value.message
    assert refused.value.next_step == "请对准屏幕上的最新二维码重新扫码。"


def test_the_picture_is_plain_svg_that_a_strict_page_accepts() -> None:
    picture = qr_svg("https://example.invalid/s/abc?c=def&n=1")
    root = ElementTree.fromstring(picture)
    assert root.get("viewBox")
    assert root.get("width") is None
    assert "style=" not in picture
    assert "<script" not in picture
