"""The Merkle tree of RFC 9162 §2.1: one root for the whole log, short proofs for what is in it.

The functions hold no tree. They ask a `Node` for the hash of a full subtree and put the rest
together: `node(level, index)` stands for the 2**level leaves from index * 2**level on.
"""

from collections.abc import Callable, Sequence

from anlan.proofs.canonical import digest

NODE_PREFIX = b"\x01"

Node = Callable[[int, int], bytes]


def hash_children(left: bytes, right: bytes, alg: str = "sha256") -> bytes:
    """An inner node, H(0x01 || left || right); the prefix keeps it apart from every leaf."""
    return digest(NODE_PREFIX + left + right, alg)


def empty_root(alg: str = "sha256") -> bytes:
    """The root of a log without entries, H()."""
    return digest(b"", alg)


def root(size: int, node: Node, alg: str = "sha256") -> bytes:
    """The root over the first `size` leaves (§2.1.1)."""
    if size < 0:
        raise ValueError(f"a tree has no {size} leaves")
    return _root_of(0, size, node, alg) if size else empty_root(alg)


def inclusion_proof(index: int, size: int, node: Node, alg: str = "sha256") -> list[bytes]:
    """The siblings on the way from a leaf up to the root (§2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    start, end = 0, size
    way_down: list[bytes] = []
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            way_down.append(_root_of(middle, end, node, alg))
            end = middle
        else:
            way_down.append(_root_of(start, middle, node, alg))
            start = middle
    return way_down[::-1]


def consistency_proof(old: int, new: int, node: Node, alg: str = "sha256") -> list[bytes]:
    """What shows that the tree of `old` leaves is the beginning of that of `new` (§2.1.4.1)."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} leaves cannot be the beginning of one of {new}")
    if old in (0, new):
        return []
    start, end = 0, new
    way_down: list[bytes] = []
    while old != end:
        middle = _split(start, end)
        if old <= middle:
            way_down.append(_root_of(middle, end, node, alg))
            end = middle
        else:
            way_down.append(_root_of(start, middle, node, alg))
            start = middle
    if start:  # otherwise this subtree is the old tree itself, whose root the verifier holds
        way_down.append(_root_of(start, end, node, alg))
    return way_down[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes, alg: str = "sha256"
) -> bool:
    """Does the proof lead from this leaf hash at this place to this root? (§2.1.3.2)"""
    if not 0 <= index < size:
        return False
    place, last, reached = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            reached = hash_children(sibling, reached, alg)
            place, last = _climb_to_a_right_child(place, last)
        else:
            reached = hash_children(reached, sibling, alg)
        place, last = place >> 1, last >> 1
    return last == 0 and reached == root


def verify_consistency(
    old: int,
    new: int,
    proof: Sequence[bytes],
    old_root: bytes,
    new_root: bytes,
    alg: str = "sha256",
) -> bool:
    """Is the old tree the beginning of the new one? (§2.1.4.2)"""
    if not 0 <= old <= new:
        return False
    if old == 0:
        return not proof and old_root == empty_root(alg) and (new > 0 or new_root == old_root)
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old_reached = new_reached = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old_reached = hash_children(sibling, old_reached, alg)
            new_reached = hash_children(sibling, new_reached, alg)
            place, last = _climb_to_a_right_child(place, last)
        else:
            new_reached = hash_children(new_reached, sibling, alg)
        place, last = place >> 1, last >> 1
    return last == 0 and old_reached == old_root and new_reached == new_root


def _root_of(start: int, end: int, node: Node, alg: str) -> bytes:
    """MTH(D[start:end]); `start` is a multiple of the power of two that covers the span."""
    count = end - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return node(level, start >> level)
    middle = _split(start, end)
    return hash_children(_root_of(start, middle, node, alg), _root_of(middle, end, node, alg), alg)


def _split(start: int, end: int) -> int:
    """Where RFC 9162 divides a span: after the largest power of two smaller than its length."""
    return start + (1 << (end - start - 1).bit_length() - 1)


def _climb_to_a_right_child(place: int, last: int) -> tuple[int, int]:
    """The last node of a ragged level has no sibling: go up until it stands on the right."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last
