"""The key file: what opens the parts of sealed archives, handed out beside them.

    {"format": "anlan-archive-keys/1", "made_at": "<RFC 3339>",
     "keys": {"<archive uid>": {"data/personal/001.json.enc": "<base64>"}},
     "destroyed": {"<archive uid>": {"data/personal/007.json.enc": "<RFC 3339>"}}}

Keys are derived, one for each part: a file opens what it names and nothing else.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from anlan.proofs.canonical import canonical, parse_json
from anlan.proofs.findings import UnreadableError

FORMAT = "anlan-archive-keys/1"


@dataclass(frozen=True, slots=True)
class PartKeys:
    """Keys by archive uid and path; and when keys that are gone were destroyed."""

    keys: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    destroyed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def key(self, archive: str, path: str) -> bytes | None:
        return self.keys.get(archive, {}).get(path)

    def destroyed_at(self, archive: str, path: str) -> str:
        return self.destroyed.get(archive, {}).get(path, "")

    def with_those_of(self, other: "PartKeys") -> "PartKeys":
        """Both taken together."""
        return PartKeys(_merged(self.keys, other.keys), _merged(self.destroyed, other.destroyed))


def keys_file(found: PartKeys, *, made_at: str) -> bytes:
    """The key file's bytes."""
    written = {
        uid: {path: base64.b64encode(key).decode() for path, key in paths.items()}
        for uid, paths in found.keys.items()
    }
    gone = {uid: dict(paths) for uid, paths in found.destroyed.items()}
    said = {"format": FORMAT, "made_at": made_at, "keys": written, "destroyed": gone}
    return canonical(said) + b"\n"


def read_keys(text: bytes) -> PartKeys:
    """Raises `UnreadableError`."""
    try:
        said = parse_json(text)
        if said["format"] != FORMAT:
            raise ValueError("another format")
        keys = {
            str(uid): {str(p): base64.b64decode(k, validate=True) for p, k in paths.items()}
            for uid, paths in said["keys"].items()
        }
        gone = {
            str(uid): {str(path): str(at) for path, at in paths.items()}
            for uid, paths in said.get("destroyed", {}).items()
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UnreadableError("钥匙文件不规范，请重新取得一份") from None
    return PartKeys(keys, gone)


def looks_like_keys(text: bytes) -> bool:
    """Is this a key file for parts, rather than a list of public keys?"""
    return FORMAT.encode() in text


def _merged(one: Mapping[str, Mapping[str, Any]], other: Mapping[str, Mapping[str, Any]]) -> Any:
    return {uid: {**one.get(uid, {}), **other.get(uid, {})} for uid in {*one, *other}}
