"""Signing in and out: one, or everybody who comes within the same tenth of a second.

Who may sign is asked upstairs: a register knows people and times, no class. Nothing is locked:
the database's own constraint lets one of two equal marks in, and the other is told so.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.timezone import now

from anlan.attendance.known import Known, read_known
from anlan.attendance.lines import mark_line
from anlan.attendance.models import Mark, MarkKind, Pause, Proof, Register
from anlan.attendance.services.phones import Phone, bind_phones, phone_of
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import TimeSource
from anlan.foundation.ledger.services import record_many
from anlan.foundation.rules.queries import rulebook
from anlan.identity.models import Person
from anlan.lib.dates import local_date, moment_text, to_shanghai
from anlan.lib.fields import blind_index
from anlan.lib.refusals import BadInput, NotAllowed, Refused

FORGOTTEN_AT_ONCE = 500


class AlreadySigned(Refused):
    """The person has this mark already; nothing was changed. `first` is the mark that stands."""

    def __init__(self, message: str, next_step: str = "", first: Mark | None = None) -> None:
        super().__init__(message, next_step)
        self.first = first


@dataclass(frozen=True, slots=True)
class Signing:
    """One wish to sign. `address` is hashed, `code_age` in seconds, `distance` in metres."""

    register: Register
    person: Person
    kind: MarkKind
    proof: Proof
    by: User | None
    at: datetime
    device: str = ""
    address: str = ""
    reason: str = ""
    photo: StoredFile | None = None
    nonce: uuid.UUID | None = None
    time_source: TimeSource = TimeSource.SERVER
    code_age: int | None = None
    distance: int | None = None
    other_phone: str = ""
    label: str = ""


@dataclass(slots=True)
class Verdict:
    """What is to be done about one wish: keep the mark, or say why not.

    `fresh` marks are not kept yet; others were made before by the same request.
    """

    mark: Mark
    refused: Refused | None = None
    fresh: bool = True
    people_on_device: int = 0
    phone: Phone | None = None

    @property
    def answer(self) -> Mark | Refused:
        return self.refused or self.mark


def weigh(wishes: Sequence[Signing]) -> list[Verdict]:
    """Judge every wish by the rules of its register; four reads at most, nothing is written."""
    known = read_known(wishes)
    verdicts = []
    for wish in wishes:
        verdict = Verdict(_mark(wish))
        try:
            _judge(verdict, wish, known)
        except Refused as refused:
            verdict.refused = refused
        verdicts.append(verdict)
    return verdicts


def keep_marks(verdicts: Sequence[Verdict]) -> None:
    """Write the marks that were accepted, each with its ledger line, all in a few statements.

    Only inside a transaction: the caller's is the one that is all or nothing.
    """
    fresh = [one for one in verdicts if one.fresh and one.refused is None]
    if not fresh:
        return
    moment = now()
    for one in fresh:
        one.mark.recorded_at = moment
    _insert(fresh)
    kept = [one for one in fresh if one.fresh and one.refused is None]
    bind_phones([one.phone for one in kept if one.phone], at=moment)
    _end_pauses(kept)
    lines = [mark_line(one.mark, people_on_device=one.people_on_device) for one in kept]
    record_many(lines, recorded_at=moment)


@transaction.atomic
def sign_many(wishes: Sequence[Signing]) -> list[Mark | Refused]:
    """Sign everybody at once; each gets the mark or the refusal, in order."""
    verdicts = weigh(wishes)
    keep_marks(verdicts)
    return [one.answer for one in verdicts]


def sign_in(
    register: Register,
    person: Person,
    *,
    proof: Proof,
    by: User | None,
    at: datetime,
    device: str = "",
    address: str = "",
    reason: str = "",
    photo: StoredFile | None = None,
    nonce: uuid.UUID | None = None,
    time_source: TimeSource = TimeSource.SERVER,
) -> Mark:
    """Mark a person as arrived; the same `nonce` again returns the mark that it made.

    `address` is the network address of the request; only a keyed hash of it is kept, for a while.
    """
    who = (register, person, MarkKind.IN, proof, by, at, device, address)
    return _one(Signing(*who, reason, photo, nonce, time_source))


def sign_out(
    register: Register,
    person: Person,
    *,
    proof: Proof,
    by: User | None,
    at: datetime,
    device: str = "",
    address: str = "",
    reason: str = "",
    photo: StoredFile | None = None,
    nonce: uuid.UUID | None = None,
    time_source: TimeSource = TimeSource.SERVER,
) -> Mark:
    """Mark a person as gone; hours are counted only from both marks."""
    who = (register, person, MarkKind.OUT, proof, by, at, device, address)
    return _one(Signing(*who, reason, photo, nonce, time_source))


def address_index(address: str) -> str:
    """A keyed hash by which equal addresses meet; the address itself is not kept."""
    return blind_index(address, bound_to="attendance.Mark.address") if address else ""


def forget_addresses(at: datetime) -> int:
    """Job: what a scan's address was is of use for a while only."""
    days = rulebook(local_date(at)).number("attendance.address_days")
    old = Mark.objects.filter(at__lt=at - timedelta(days=days)).exclude(address="")
    batch = list(old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    return Mark.objects.filter(pk__in=batch).update(address="")


def _one(wish: Signing) -> Mark:
    answer = sign_many([wish])[0]
    if isinstance(answer, Refused):
        raise answer
    return answer


def _mark(wish: Signing) -> Mark:
    return Mark(
        register=wish.register,
        person=wish.person,
        kind=wish.kind,
        at=wish.at,
        proof=wish.proof,
        by=wish.by,
        device=wish.device,
        address=address_index(wish.address),
        reason=wish.reason.strip(),
        photo=wish.photo,
        nonce=wish.nonce or uuid.uuid4(),
        time_source=wish.time_source,
        late=wish.kind == MarkKind.IN and wish.at > wish.register.late_after,
        code_age=wish.code_age or None,
        distance=wish.distance,
    )


def _judge(verdict: Verdict, wish: Signing, known: Known) -> None:
    mark = verdict.mark
    repeated = _repeated(mark, known) if wish.nonce else None
    if repeated is not None:
        verdict.mark, verdict.fresh = repeated, False
        return
    arrived = known.mark_of(mark, MarkKind.IN)
    _require_first(mark, known.mark_of(mark, mark.kind))
    _require_time(mark, arrived)
    _require_proof(mark, known)
    if mark.proof == Proof.QR and mark.device:
        verdict.people_on_device = known.people_on(mark)
        verdict.phone = phone_of(mark, wish, known.devices.get(mark.person_id))
        mark.other_phone = verdict.phone.exception
    if mark.kind == MarkKind.OUT:
        mark.away = known.away_seconds(mark)
    known.add(mark)


def _repeated(mark: Mark, known: Known) -> Mark | None:
    """The mark that this very request made before; a nonce of another request is no excuse."""
    first = known.by_nonce.get(mark.nonce)
    if first is None:
        return None
    same = (first.register_id, first.person_id, first.kind)
    if same != (mark.register_id, mark.person_id, mark.kind):
        raise BadInput("这次提交的编号已被另一条签到记录使用。", "请刷新页面后重新操作。")
    return first


def _require_first(mark: Mark, known: Mark | None) -> None:
    if known is not None:
        who, act = _words(mark)
        raise AlreadySigned(
            f"{who}已于 {_clock(known.at)} {act}，无需重复。", "记录有误时请告诉班主任。", known
        )


def _require_time(mark: Mark, arrived: Mark | None) -> None:
    """Sign-in from `opens_at` to `ends_at`; sign-out from `starts_at` to `closes_at`."""
    register, who = mark.register, _words(mark)[0]
    if mark.kind == MarkKind.IN:
        _require_open(mark, "签到", register.opens_at, register.ends_at)
        return
    if arrived is None:
        raise NotAllowed(f"{who}还没有签到，不能签退。", "请先签到；错过签到请联系班主任。")
    _require_open(mark, "签退", max(register.starts_at, arrived.at), register.closes_at)


def _require_open(mark: Mark, act: str, since: datetime, until: datetime) -> None:
    title = mark.register.title
    if mark.at < since:
        raise NotAllowed(f"「{title}」还不能{act}，{moment_text(since)} 起开放。", "请到时再试。")
    if mark.at > until:
        raise NotAllowed(
            f"「{title}」的{act}已于 {moment_text(until)} 截止。",
            "如本人确实到场，请联系班主任凭纸质签到表补录。",
        )


def _require_proof(mark: Mark, known: Known) -> None:
    if mark.proof == Proof.QR:
        return
    if mark.by is None:
        raise BadInput("代签和补录须由班主任登录后操作。", "请用班主任账号登录。")
    if mark.proof == Proof.SUPERVISOR and not mark.reason:
        raise BadInput("代签须写明原因。", "请填写原因，例如：学员手机没电。")
    if mark.proof == Proof.PAPER and mark.register_id not in known.with_sheet:
        raise NotAllowed(
            f"「{mark.register.title}」还没有归档纸质签到表。", "请先上传签到表扫描件，再补录。"
        )


def _insert(fresh: Sequence[Verdict]) -> None:
    """All at once; if another process has just made one of them, one by one."""
    try:
        with transaction.atomic():
            Mark.objects.bulk_create([one.mark for one in fresh])
    except IntegrityError:
        for one in fresh:
            _insert_one(one)


def _insert_one(one: Verdict) -> None:
    mark = one.mark
    try:
        with transaction.atomic():
            mark.pk = None
            mark.save(force_insert=True)
    except IntegrityError:
        same = Mark.objects.filter(register=mark.register, person=mark.person, kind=mark.kind)
        first = same.first()
        if first is not None and first.nonce == mark.nonce:
            one.mark, one.fresh = first, False  # the same request, answered by another process
            return
        one.refused = AlreadySigned(
            f"{_words(mark)[0]}已于 {_clock(first.at)} {_words(mark)[1]}，无需重复。"
            if first
            else "这次提交的编号已被另一条签到记录使用。",
            "请刷新页面查看最新状态。",
            first,
        )


def _end_pauses(kept: Sequence[Verdict]) -> None:
    """Whoever signs out while on a pause has not come back from it."""
    for one in kept:
        if one.mark.kind == MarkKind.OUT and one.mark.away:
            still_out = Pause.objects.filter(register=one.mark.register, person=one.mark.person)
            still_out.filter(back_at=None).update(back_at=one.mark.at)


def _words(mark: Mark) -> tuple[str, str]:
    who = "您" if mark.proof == Proof.QR else "该学员"
    return who, str(MarkKind(mark.kind).label)


def _clock(at: datetime) -> str:
    return f"{to_shanghai(at):%H:%M}"
