"""Checks and faces as words on a screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from anlan.identity.models import (
    CardBack,
    CheckStatus,
    Face,
    FaceStatus,
    FaceTry,
    IdentityCheck,
    Person,
    Purpose,
    Route,
)
from anlan.identity.queries import cards, faces
from anlan.lib.masking import mask_id, mask_name
from anlan.vision.advice import ADVICE, words

OUTCOMES = {
    "match": "通过",
    "manual_review": "转人工",
    "no_match": "不像本人",
    "suspected_spoof": "疑似非真人",
    "retake": "需重拍",
}


@dataclass(frozen=True)
class ShownCheck:
    """One line of the queue, the name masked."""

    uid: UUID
    name: str
    purpose: str
    title: str
    route: str
    status: str
    host: str
    asked_at: datetime | None
    due_at: datetime | None
    late: bool
    appeal: str

    @classmethod
    def of(cls, check: IdentityCheck, at: datetime) -> "ShownCheck":
        return cls(
            uid=check.uid,
            name=mask_name(check.person.name),
            purpose=Purpose(check.purpose).label,
            title=check.title,
            route=Route(check.route).label if check.route else "",
            status=CheckStatus(check.status).label,
            host=check.host.name if check.host else "",
            asked_at=check.asked_at,
            due_at=check.due_at,
            late=check.due_at is not None and check.due_at < at,
            appeal=check.appeal,
        )


@dataclass(frozen=True)
class ShownFace:
    """What a person sees of the own face: its state, never the numbers."""

    status: str
    label: str
    reasons: tuple[str, ...]
    decision: str
    at: datetime | None

    @classmethod
    def of(cls, face: Face | None) -> "ShownFace | None":
        if face is None or face.status == FaceStatus.ENDED:
            return None
        label = str(FaceStatus(face.status).label)
        return cls(face.status, label, tuple(face_reasons(face)), face.decision, face.at)


@dataclass(frozen=True)
class ShownBack:
    """What the back of the card said; `authority` and `since` for some hours only."""

    status: str
    until: str
    over: bool
    authority: str
    since: str
    doubts: tuple[str, ...]
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, back: CardBack | None, on: date) -> "ShownBack | None":
        if back is None:
            return None
        over = cards.has_run_out(back, on)
        authority, since = cards.told_of(back)
        told = (back.doubts, back.reasons)
        doubts, reasons = (tuple(words(one) for one in codes if one in ADVICE) for codes in told)
        return cls(back.status, back.valid_until, over, authority, since, doubts, reasons)


def face_reasons(face: Face) -> list[str]:
    return [words(code) for code in face.reasons if code in ADVICE]


def face_words(person: Person, on: date) -> str:
    """One line for the own page: agreed or not, in use or not, and that it is a choice."""
    if not faces.old_enough(person, on):
        return "未满 14 周岁，用人工核验"
    if not faces.agrees(person, on):
        return "未开通，可以一直用人工核验"
    shown = ShownFace.of(faces.face_of(person))
    return f"已同意，{shown.label}；可随时撤回" if shown else "已同意，还没有登记；可随时撤回"


def said_of(check: IdentityCheck, tries: Sequence[FaceTry]) -> list[str]:
    """What the last look came to, in words that say what to do; while the check is open."""
    last = next((one for one in reversed(tries) if one.answered_at), None)
    if last is None or check.status != CheckStatus.OPEN:
        return []
    return [words(code) for code in last.reasons if code in ADVICE] or ["没有认出来。请再试一次。"]


def shown_differences(face: Face) -> list[tuple[str, str, str]]:
    """Numbers masked; names in full, for whoever decides must compare them."""
    shown = []
    for what, mine, read in faces.differences_of(face):
        hide = mask_id if what == "身份证号" else str
        shown.append((what, hide(mine) or "未读出", hide(read) or "未读出"))
    return shown
