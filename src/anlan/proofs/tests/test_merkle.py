"""Known answers of Certificate Transparency; every proof up to 130 leaves; and no false one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.proofs.merkle import (
    consistency_proof,
    empty_root,
    inclusion_proof,
    root,
    verify_consistency,
    verify_inclusion,
)
from anlan.proofs.tests.trees import (
    CT_ENTRIES,
    CT_ROOTS,
    entries,
    hashes_of,
    node_over,
    root_by_definition,
)

UP_TO = 130
LEAVES = hashes_of(entries(UP_TO))
ROOTS = [root_by_definition(LEAVES[:size]) for size in range(UP_TO + 1)]
CT_LEAVES = hashes_of(CT_ENTRIES)

CT_INCLUSION = [
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
CT_CONSISTENCY = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
    (
        6,
        7,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
]


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize("size", range(len(CT_ROOTS)))
def test_the_roots_of_the_reference_tree(size: int) -> None:
    assert root(size, node_over(CT_LEAVES)).hex() == CT_ROOTS[size]


@pytest.mark.parametrize(("index", "size", "proof"), CT_INCLUSION)
def test_the_inclusion_proofs_of_the_reference_tree(
    index: int, size: int, proof: list[str]
) -> None:
    made = inclusion_proof(index, size, node_over(CT_LEAVES))
    assert [sibling.hex() for sibling in made] == proof
    assert verify_inclusion(CT_LEAVES[index], index, size, made, bytes.fromhex(CT_ROOTS[size]))


@pytest.mark.parametrize(("old", "new", "proof"), CT_CONSISTENCY)
def test_the_consistency_proofs_of_the_reference_tree(old: int, new: int, proof: list[str]) -> None:
    made = consistency_proof(old, new, node_over(CT_LEAVES))
    assert [sibling.hex() for sibling in made] == proof
    old_root, new_root = bytes.fromhex(CT_ROOTS[old]), bytes.fromhex(CT_ROOTS[new])
    assert verify_consistency(old, new, made, old_root, new_root)


def test_every_leaf_of_every_tree_up_to_130_is_proved_and_no_other() -> None:
    node = node_over(LEAVES)
    for size in range(1, UP_TO + 1):
        assert root(size, node) == ROOTS[size]
        for index in range(size):
            proof = inclusion_proof(index, size, node)
            assert verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
            assert not verify_inclusion(
                LEAVES[index - 1] if size > 1 else b"", index, size, proof, ROOTS[size]
            )


def test_every_tree_up_to_130_is_the_beginning_of_every_later_one() -> None:
    node = node_over(LEAVES)
    for new in range(UP_TO + 1):
        for old in range(new + 1):
            proof = consistency_proof(old, new, node)
            assert verify_consistency(old, new, proof, ROOTS[old], ROOTS[new])
            assert not verify_consistency(old, new, proof, flipped(ROOTS[old], 0), ROOTS[new])
            if old:  # the empty tree is the beginning of every tree
                assert not verify_consistency(old, new, proof, ROOTS[old], flipped(ROOTS[new], 0))


def test_under_sm3_the_same_holds_with_other_hashes() -> None:
    leaves = hashes_of(entries(21), "sm3")
    node = node_over(leaves, "sm3")
    whole = root_by_definition(leaves, "sm3")
    proof = inclusion_proof(20, 21, node, "sm3")
    assert root(21, node, "sm3") == whole
    assert verify_inclusion(leaves[20], 20, 21, proof, whole, "sm3")
    assert not verify_inclusion(leaves[20], 20, 21, proof, whole)
    assert empty_root("sm3").hex() == (
        "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"
    )


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_proof_with_anything_changed_proves_nothing(data: st.DataObject) -> None:
    leaves = hashes_of(
        data.draw(st.lists(st.binary(max_size=8), min_size=2, max_size=70, unique=True))
    )
    size = len(leaves)
    index = data.draw(st.integers(0, size - 1))
    node = node_over(leaves)
    proof, whole = inclusion_proof(index, size, node), root(size, node)
    bit = data.draw(st.integers(0, 255))
    which = data.draw(st.integers(0, len(proof) - 1))
    changed = [*proof[:which], flipped(proof[which], bit), *proof[which + 1 :]]
    elsewhere = data.draw(st.integers(-1, size + 1).filter(lambda other: other != index))
    assert verify_inclusion(leaves[index], index, size, proof, whole)
    assert not verify_inclusion(flipped(leaves[index], bit), index, size, proof, whole)
    assert not verify_inclusion(leaves[index], index, size, changed, whole)
    assert not verify_inclusion(leaves[index], index, size, proof[:-1], whole)
    assert not verify_inclusion(leaves[index], index, size, [*proof, whole], whole)
    assert not verify_inclusion(leaves[index], index, size, proof, flipped(whole, bit))
    assert not verify_inclusion(leaves[index], elsewhere, size, proof, whole)


@settings(max_examples=150, deadline=None)
@given(st.integers(2, 130), st.data())
def test_a_forked_log_is_not_the_continuation_of_what_was_signed(
    new: int, data: st.DataObject
) -> None:
    old = data.draw(st.integers(1, new - 1))
    rewritten = data.draw(st.integers(0, old - 1))
    fork = [*LEAVES[:rewritten], flipped(LEAVES[rewritten], 7), *LEAVES[rewritten + 1 : new]]
    node = node_over(fork)
    proof = consistency_proof(old, new, node)
    assert verify_consistency(old, new, proof, root(old, node), root(new, node))
    assert not verify_consistency(old, new, proof, ROOTS[old], root(new, node))
    honest = consistency_proof(old, new, node_over(LEAVES))
    assert not verify_consistency(old, new, honest, ROOTS[old], root(new, node))
    assert not verify_consistency(old, new, honest[:-1], ROOTS[old], ROOTS[new])
    assert not verify_consistency(old, new, [*honest, ROOTS[old]], ROOTS[old], ROOTS[new])


def test_a_log_that_was_rolled_back_is_not_consistent() -> None:
    assert not verify_consistency(5, 4, [], ROOTS[5], ROOTS[4])
    assert not verify_consistency(5, 5, [], ROOTS[5], ROOTS[4])
    assert not verify_consistency(0, 0, [], ROOTS[0], ROOTS[1])


def test_what_no_tree_holds_is_refused() -> None:
    node = node_over(LEAVES)
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(8, 8, node)
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(-1, 8, node)
    with pytest.raises(ValueError, match="beginning"):
        consistency_proof(9, 8, node)
    with pytest.raises(ValueError, match="leaves"):
        root(-1, node)
