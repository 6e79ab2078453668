"""Doing what a record says, through the services of the rooms below, by the device's time."""

from datetime import datetime, timedelta

import msgspec
from django.db import transaction

from anlan.assessments.models import Practical, Sitting, SittingStatus
from anlan.assessments.services import HasResult, file_carried_sitting, mark_practical
from anlan.attendance.corrections import correct_mark
from anlan.attendance.models import Mark, MarkKind, Proof
from anlan.classes.models import Session
from anlan.classes.services.carried import OffRoster, sign_carried
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import TimeSource
from anlan.foundation.rules.queries import rulebook
from anlan.identity.models import Person
from anlan.kits.models import Kind, Photo, Record, Why
from anlan.kits.shapes import HandedIn, Marked, Sign, read_payload
from anlan.lib.dates import local_date, moment_text

Decided = tuple[User, datetime]
HOW = {"card": "离线包：刷身份证", "digits": "离线包：核对证件号", "tick": "离线包：代签"}


class Contradiction(Exception):
    """The server has another version; `ours` is it, in words."""

    def __init__(self, why: Why, words: str, ours: list[list[str]] | None = None) -> None:
        super().__init__(words)
        self.why, self.ours = why, ours or []


class Same(Exception):
    """The server knows this already; the message says by what."""


@transaction.atomic
def apply(one: Record, *, at: datetime, decided: Decided | None = None) -> None:
    """Carry a record out at a business time. `decided`: who decided for it, and when.

    Raises `Same`, `Contradiction` or `Refused`; then nothing has changed.
    """
    try:
        payload = read_payload(one.kind, one.payload)
    except msgspec.ValidationError as wrong:
        raise Contradiction(Why.SHAPE, f"内容不完整（{wrong}）。") from wrong
    if one.person is None or not _is_held(one):
        raise Contradiction(Why.SHAPE, "离线包里没有这个人，或没有这一项。")
    if one.kind in (Kind.IN, Kind.OUT):
        _sign(one, one.person, payload, at, decided)
    elif one.kind == Kind.HANDED_IN:
        _file_paper(one, payload, at, decided)
    else:
        _mark(one, payload, at)


def _is_held(one: Record) -> bool:
    return any(one.target in uids for uids in one.kit.holds.values())


def _sign(
    one: Record, person: Person, payload: Sign, at: datetime, decided: Decided | None
) -> None:
    session = Session.objects.select_related("register", "klass").get(register__uid=one.target)
    kind = MarkKind.IN if one.kind == Kind.IN else MarkKind.OUT
    known = {
        mark.kind: mark for mark in Mark.objects.filter(register=session.register, person=person)
    }
    if kind in known:
        _settle_known(one, known[kind], payload, at, decided)
        return
    if kind == MarkKind.OUT and MarkKind.IN not in known:
        raise Contradiction(Why.NO_ARRIVAL, "系统里还没有这名学员的签到，签退先到了。")
    try:
        sign_carried(
            session,
            person,
            kind,
            proof=Proof.ID_CARD if payload.how == "card" else Proof.SUPERVISOR,
            reason=_reason(payload),
            by=one.kit.by,
            at=at,
            device=one.tablet.token,
            nonce=one.nonce,
            photo=_photo(one),
        )
    except OffRoster as gone:
        raise Contradiction(Why.OFF_ROSTER, f"{gone.message}{gone.next_step}") from gone


def _settle_known(
    one: Record, mark: Mark, payload: Sign, at: datetime, decided: Decided | None
) -> None:
    """There is such a mark: the same one, nearly the same, or another."""
    if mark.nonce == one.nonce:
        return
    if decided:
        by, decided_at = decided
        correct_mark(
            mark,
            at=at,
            time_source=TimeSource.DEVICE,
            device=one.tablet.token,
            reason=_reason(payload),
            by=by,
            decided_at=decided_at,
        )
        return
    near = timedelta(minutes=rulebook(local_date(at)).number("kits.same_minutes"))
    if abs(mark.at - at) <= near:
        raise Same(f"系统里已有 {moment_text(mark.at)} 的{mark.get_kind_display()}")
    words = f"系统里已有一条{mark.get_kind_display()}，时间相差 {_apart(mark.at, at)}。"
    raise Contradiction(Why.SIGNED, words, _told(mark))


def _told(mark: Mark) -> list[list[str]]:
    """The server's version of a sign-in, as a person reads it."""
    by = mark.by.name if mark.by else "本人"
    return [
        ["时间", moment_text(mark.at)],
        ["时钟", TimeSource(mark.time_source).label],
        ["方式", f"{mark.get_proof_display()} {mark.reason}".strip()],
        ["登记人", by],
        ["入账时间", moment_text(mark.recorded_at)],
    ]


def _file_paper(one: Record, payload: HandedIn, at: datetime, decided: Decided | None) -> None:
    sitting = Sitting.objects.select_related("person").get(uid=one.target)
    begun = one.tablet.records.filter(
        target=one.target, kind=Kind.BEGUN, no__lt=one.no, person=one.person, fork=False
    ).order_by("no")
    first = begun.first()
    if first is None or sitting.person_id != one.person_id:
        raise Contradiction(Why.SHAPE, "没有这场考试开始答题的记录，或不是本人的试卷。")
    try:
        file_carried_sitting(
            sitting,
            started_at=min(first.at, at) if decided else first.at,
            submitted_at=at,
            answers=payload.answers,
            by=one.kit.by,
            device=one.tablet.token,
            over=decided is not None,
        )
    except HasResult as known:
        words = f"{known.message}{known.next_step}"
        raise Contradiction(Why.SAT, words, _told_sitting(sitting)) from known


def _told_sitting(sitting: Sitting) -> list[list[str]]:
    told = [["状态", str(SittingStatus(sitting.status).label)]]
    if sitting.started_at:
        told.append(["开始", moment_text(sitting.started_at)])
    if sitting.submitted_at:
        told.append(["交卷", moment_text(sitting.submitted_at)])
        told.append(["成绩", f"{sitting.score} 分"])
    told.append(["已答", f"{sum(bool(a) for a in sitting.answers.values())} 题"])
    return told


def _mark(one: Record, payload: Marked, at: datetime) -> None:
    practical = Practical.objects.select_related("person", "checklist").get(uid=one.target)
    if practical.person_id != one.person_id:
        raise Contradiction(Why.SHAPE, "这次实操不是本人的。")
    if practical.at is not None:
        raise Contradiction(
            Why.MARKED,
            "系统里已有这次实操的评分，成绩不会改变；如需改判，请安排补考。",
            _told_practical(practical),
        )
    mark_practical(
        practical,
        marks=payload.marks,
        photo=_photo(one),
        remark=payload.remark,
        by=one.kit.by,
        at=at,
        device=one.tablet.token,
        time_source=TimeSource.DEVICE,
    )


def _told_practical(practical: Practical) -> list[list[str]]:
    examiner = practical.examiner.name if practical.examiner else ""
    when = moment_text(practical.at) if practical.at else ""
    missed = sum(not met for met in practical.marks.values())
    return [
        ["时间", when],
        ["考官", examiner],
        ["成绩", f"{practical.score} 分，{'合格' if practical.passed else '不合格'}"],
        ["未达项", f"{missed} 项"],
    ]


def _reason(payload: Sign) -> str:
    said = payload.reason.strip()
    return f"{HOW[payload.how]}，{said}"[:200] if said else HOW[payload.how]


def _photo(one: Record) -> StoredFile | None:
    if not one.photo:
        return None
    found = Photo.objects.filter(tablet=one.tablet, sha256=one.photo).select_related("file").first()
    return found.file if found else None


def _apart(one: datetime, other: datetime) -> str:
    minutes = round(abs((one - other).total_seconds()) / 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours} 小时 {rest} 分钟" if hours else f"{rest} 分钟"
