"""A refusal says what happened and what to do next, with the status that fits."""

import pytest

from anlan.lib.refusals import BadInput, NotAllowed, Refused


@pytest.mark.parametrize(("kind", "status"), [(Refused, 409), (NotAllowed, 409), (BadInput, 422)])
def test_a_refusal_carries_its_words_and_its_status(kind: type[Refused], status: int) -> None:
    refused = kind("不能这样做。", "请那样做。")
    assert (refused.message, refused.next_step) == ("不能这样做。", "请那样做。")
    assert (str(refused), refused.status) == ("不能这样做。", status)


def test_the_next_step_may_be_missing_and_is_blank_then() -> None:
    assert Refused("不能这样做。").next_step == ""
