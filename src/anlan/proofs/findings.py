"""What a check has to say, in words that need no engineer."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["changed", "removed", "added", "malformed", "unchecked", "revoked", "ok"]


@dataclass(frozen=True, slots=True)
class Finding:
    kind: Kind
    path: str
    text: str  # plain Chinese, names the file, says what is wrong


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome for one archive, or for a folder of them taken together.

    `files` and `bytes` count the payload that was actually read. `seal` is the SHA-256 of the
    tag manifest: one line that stands for the whole archive, to be compared with the one that
    was published. It is empty for a folder of several archives.
    """

    findings: tuple[Finding, ...]
    files: int = 0
    bytes: int = 0
    info: dict[str, str] = field(default_factory=dict)
    seal: str = ""

    @property
    def ok(self) -> bool:
        return all(finding.kind == "ok" for finding in self.findings)


class UnreadableError(Exception):
    """The bytes cannot be read at all; the message is plain Chinese."""
