"""Trees to play with: one in memory, made the slow and obvious way, and a log with its keys."""

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anlan.proofs.canonical import canonical, leaf_hash
from anlan.proofs.merkle import Node, empty_root, hash_children
from anlan.proofs.notes import WITNESS, vkey

ORIGIN = "log.example.com/anlan"
LOG_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
WITNESS_NAME = "witness.example.com/w1"
WITNESS_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34)))
LOG_VKEY = vkey(ORIGIN, LOG_KEY.public_key())
WITNESS_VKEY = vkey(WITNESS_NAME, WITNESS_KEY.public_key(), WITNESS)

# The leaves of the reference tree of Certificate Transparency, and its root at every size.
CT_ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def entries(count: int) -> list[bytes]:
    return [canonical({"id": f"entry-{number}", "verb": "签到"}) for number in range(count)]


def hashes_of(all_entries: list[bytes], alg: str = "sha256") -> list[bytes]:
    return [leaf_hash(entry, alg) for entry in all_entries]


def with_hashes(all_entries: list[bytes], alg: str = "sha256") -> list[tuple[bytes, bytes]]:
    return list(zip(all_entries, hashes_of(all_entries, alg), strict=True))


def node_over(leaves: list[bytes], alg: str = "sha256") -> Node:
    """A `Node` over leaf hashes held in memory."""

    @lru_cache(None)
    def node(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        left, right = node(level - 1, 2 * index), node(level - 1, 2 * index + 1)
        return hash_children(left, right, alg)

    return node


def root_by_definition(leaves: list[bytes], alg: str = "sha256") -> bytes:
    """MTH as RFC 9162 §2.1.1 defines it, word for word."""
    if not leaves:
        return empty_root(alg)
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    left, right = root_by_definition(leaves[:k], alg), root_by_definition(leaves[k:], alg)
    return hash_children(left, right, alg)
