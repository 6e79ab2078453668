"""Names of firms that mean the same come first, whatever nearly all names share."""

from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.methods.name_likeness import pairs, ranked

NAMES = [
    "济南泉化新材料有限公司",
    "济南安泰新材料有限公司",
    "山东泉城机械制造股份有限公司",
    "济南市历城区泉化工贸有限公司",
]


def test_the_rare_part_of_a_name_decides() -> None:
    found = ranked("泉化新材料公司", NAMES)
    assert NAMES[found[0][0]] == NAMES[0]
    assert found[0][1] > 1.5 * found[1][1]
    assert all(0 < share <= 1 for _, share in found)


def test_signs_and_widths_make_no_difference() -> None:
    assert pairs("泉化（济南） 公司") == pairs("泉化(济南)公司")
    assert ranked("（济南）泉化", ["(济南)泉化"]) == [(0, 1.0)]


def test_a_name_with_nothing_in_common_or_nothing_at_all_finds_none() -> None:
    assert ranked("甲乙", ["丙丁"]) == []
    assert ranked("", NAMES) == []
    assert ranked("甲", ["甲", ""]) == [(0, 1.0)]


@settings(max_examples=40)
@given(st.text(max_size=12), st.text(max_size=12))
def test_likeness_is_one_only_for_the_same_pairs_and_goes_both_ways(one: str, other: str) -> None:
    there, back = dict(ranked(one, [other])), dict(ranked(other, [one]))
    assert there == back
    same = pairs(one) == pairs(other) != frozenset()
    assert (there.get(0, 0.0) > 1 - 1e-9) == same
