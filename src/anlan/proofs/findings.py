"""What a check has to say, in words that need no engineer."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["changed", "removed", "added", "malformed", "unchecked", "revoked", "withheld", "ok"]
WRONG = frozenset({"changed", "removed", "added", "malformed", "revoked"})


@dataclass(frozen=True, slots=True)
class Finding:
    """`unchecked`: could not be judged with what was given; `withheld`: no key, or destroyed."""

    kind: Kind
    path: str
    text: str  # plain Chinese, names the file, says what is wrong


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome for one archive or receipt, or for a folder of archives taken together.

    `files` and `bytes` count the payload that was actually read. `seal` is the SHA-256 of the
    tag manifest: one line that stands for the whole archive, to be compared with the one that
    was published. It is empty for a folder of several archives.

    `strict`: what is unchecked counts against it. A receipt is nothing without its signature;
    an archive is, as it was sealed, whole all the same, unless somebody asked for its origin.
    """

    findings: tuple[Finding, ...]
    files: int = 0
    bytes: int = 0
    info: dict[str, str] = field(default_factory=dict)
    seal: str = ""
    strict: bool = False

    @property
    def ok(self) -> bool:
        """Nothing is wrong; and, where `strict`, nothing is left unchecked."""
        return not self.wrong and not (self.strict and "unchecked" in self._kinds)

    @property
    def wrong(self) -> bool:
        """Something was changed, removed, added or cannot be read."""
        return bool(self._kinds & WRONG)

    @property
    def proved(self) -> bool:
        """Nothing is wrong, and everything that was sealed was checked to its signature."""
        return not self.wrong and "unchecked" not in self._kinds

    @property
    def _kinds(self) -> set[str]:
        return {finding.kind for finding in self.findings}


class UnreadableError(Exception):
    """The bytes cannot be read at all; the message is plain Chinese."""
