"""A licence's photograph as words on a screen: waiting, to be taken again, compared, erased."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.organizations.licence_queries import compare
from anlan.organizations.licences import LABELS, Compared
from anlan.organizations.models import LicencePhoto, PhotoStatus
from anlan.vision.advice import ADVICE, words

SLOW = timedelta(seconds=30)
SAID = {
    "same": "一致",
    "part": "写法不全相同",
    "differs": "不同",
    "unread": "照片上没有读到",
    "untyped": "没有填写",
}


@dataclass(frozen=True)
class ShownRow:
    """One field of the comparison with its verdict in words."""

    row: Compared
    said: str
    tone: str

    @classmethod
    def of(cls, row: Compared) -> "ShownRow":
        tone = {"differs": "stop", "part": "warn", "same": "done"}.get(row.state, "")
        said = SAID[row.state]
        return cls(row, f"{said}，照片上不清楚" if row.doubtful else said, tone)


@dataclass(frozen=True)
class ShownLicence:
    """`gone`: erased by its rule after it had been compared."""

    photo: LicencePhoto
    waiting: bool
    slow: bool
    retake: bool
    gone: bool
    advice: tuple[str, ...]
    rows: tuple[ShownRow, ...]
    differed: tuple[str, ...]

    @classmethod
    def of(
        cls, photo: LicencePhoto | None, typed: Mapping[str, object], at: datetime
    ) -> "ShownLicence | None":
        if photo is None:
            return None
        gone = photo.erased_at is not None
        waiting = photo.status == PhotoStatus.WAITING and not gone
        retake = photo.status == PhotoStatus.RETAKE
        rows = tuple(ShownRow.of(row) for row in compare(photo, typed, at))
        return cls(
            photo=photo,
            waiting=waiting,
            slow=waiting and at - photo.at > SLOW,
            retake=retake,
            gone=gone and not retake,
            advice=_advice(photo.reasons),
            rows=rows,
            differed=tuple(LABELS[name] for name in photo.differed if name in LABELS),
        )

    @property
    def compared(self) -> Sequence[Compared]:
        return [one.row for one in self.rows]

    @property
    def differing(self) -> int:
        return sum(row.differs for row in self.compared)

    @property
    def of_another(self) -> bool:
        """Surely read, and the code is another one: some other body's licence."""
        return any(row.name == "uscc" and row.differs and not row.doubtful for row in self.compared)

    @property
    def missing(self) -> int:
        """Read, and not typed yet."""
        return sum(row.state == "untyped" for row in self.compared)

    @property
    def usable(self) -> int:
        return sum(row.usable for row in self.compared)


def _advice(codes: Sequence[str]) -> tuple[str, ...]:
    """Only what a person can do something about; `unsure` is said beside the field itself."""
    return tuple(words(code) for code in codes if code in ADVICE and code != "unsure")
