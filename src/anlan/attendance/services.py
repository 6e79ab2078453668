"""Opening registers, signing in and out, filing the paper sheet.

Who may sign is asked upstairs: a register knows people and times, no class.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from anlan.attendance.lines import mark_line
from anlan.attendance.models import Mark, MarkKind, Proof, Register, Sheet
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import keep_upload
from anlan.foundation.ledger.models import TimeSource
from anlan.foundation.ledger.services import record, record_many
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.identity.models import Person
from anlan.lib.dates import local_date, moment_text, to_shanghai
from anlan.lib.fields import blind_index
from anlan.lib.refusals import BadInput, NotAllowed, Refused

SHEET_ENDINGS = (".pdf", ".jpg", ".jpeg", ".png")
SHEET_MB = 20
FORGOTTEN_AT_ONCE = 500


class AlreadySigned(Refused):
    """The person has this mark already; nothing was changed."""


@dataclass(frozen=True)
class Occasion:
    """What `open_registers` needs to know of one register."""

    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    hours: Decimal


def open_register(
    *,
    title: str,
    place: str,
    starts_at: datetime,
    ends_at: datetime,
    hours: Decimal,
    rules: Rulebook,
) -> Register:
    """A register for one occasion, its windows set by the rules of its day."""
    return open_registers([Occasion(title, place, starts_at, ends_at, hours)], rules=rules)[0]


def open_registers(occasions: Sequence[Occasion], *, rules: Rulebook) -> list[Register]:
    """Registers for many occasions in one write. Whoever holds them writes the ledger line."""
    return Register.objects.bulk_create([_register(one, rules) for one in occasions])


@transaction.atomic
def move_register(
    register: Register, *, starts_at: datetime, ends_at: datetime, place: str, rules: Rulebook
) -> Register:
    """Another time or place for a register that nobody has signed yet."""
    moved = Register.objects.select_for_update().get(pk=register.pk)
    if moved.marks.exists():
        raise NotAllowed(
            f"「{moved.title}」已有学员签到，不能再改时间或地点。", "如需补课，请另外安排一次课。"
        )
    _set_times(moved, starts_at, ends_at, rules)
    moved.place = place
    moved.save()
    return moved


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
    late = at > register.late_after
    mark = Mark(kind=MarkKind.IN, at=at, proof=proof, by=by, device=device, reason=reason)
    mark.photo, mark.late, mark.time_source = photo, late, time_source
    mark.address = address_index(address)
    return _sign(mark, register, person, nonce)


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
    mark = Mark(kind=MarkKind.OUT, at=at, proof=proof, by=by, device=device, reason=reason)
    mark.photo, mark.time_source = photo, time_source
    mark.address = address_index(address)
    return _sign(mark, register, person, nonce)


def address_index(address: str) -> str:
    """A keyed hash by which equal addresses meet; the address itself is not kept."""
    return blind_index(address, bound_to="attendance.Mark.address") if address else ""


def forget_addresses(at: datetime) -> int:
    """Job: what a scan's address was is of use for a while only."""
    days = rulebook(local_date(at)).number("attendance.address_days")
    old = Mark.objects.filter(at__lt=at - timedelta(days=days)).exclude(address="")
    batch = list(old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    return Mark.objects.filter(pk__in=batch).update(address="")


def keep_sheet(upload: "UploadedFile[bytes]", *, by: User, at: datetime) -> StoredFile:
    """Keep the scan or photograph of a signed sheet."""
    return keep_upload(upload, by=by, at=at, endings=SHEET_ENDINGS, most_mb=SHEET_MB)


@transaction.atomic
def file_sheet(register: Register, file: StoredFile, *, by: User, at: datetime) -> Sheet:
    """File the scan of a signed paper sheet; only then may its marks be keyed in."""
    sheet = Sheet.objects.create(register=register, file=file, by=by, at=at)
    record(register.subject, "sheet_filed", by=by, at=at, sha256=file.sha256, size=file.size)
    return sheet


@transaction.atomic
def _sign(mark: Mark, register: Register, person: Person, nonce: uuid.UUID | None) -> Mark:
    mark.register, mark.person, mark.nonce = register, person, nonce or uuid.uuid4()
    repeated = _repeated(mark) if nonce else None
    if repeated is not None:
        return repeated
    known = {m.kind: m for m in Mark.objects.filter(register=register, person=person)}
    _require_first(mark, known.get(mark.kind))
    _require_time(mark, known.get(MarkKind.IN))
    _require_proof(mark)
    mark.reason = mark.reason.strip()
    mark.recorded_at = _write_line(mark)
    try:
        with transaction.atomic():
            mark.save()
    except IntegrityError as raced:
        raise AlreadySigned("刚刚已登记过一次，无需重复。", "请刷新页面查看最新状态。") from raced
    return mark


def _repeated(mark: Mark) -> Mark | None:
    """The mark that this very request made before; a nonce of another request is no excuse."""
    first = Mark.objects.filter(nonce=mark.nonce).first()
    if first is None:
        return None
    same = (first.register_id, first.person_id, first.kind)
    if same != (mark.register.pk, mark.person.pk, mark.kind):
        raise BadInput("这次提交的编号已被另一条签到记录使用。", "请刷新页面后重新操作。")
    return first


def _require_first(mark: Mark, known: Mark | None) -> None:
    if known is not None:
        who, act = _words(mark)
        raise AlreadySigned(
            f"{who}已于 {_clock(known.at)} {act}，无需重复。", "记录有误时请告诉班主任。"
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


def _require_proof(mark: Mark) -> None:
    if mark.proof == Proof.QR:
        return
    if mark.by is None:
        raise BadInput("代签和补录须由班主任登录后操作。", "请用班主任账号登录。")
    if mark.proof == Proof.SUPERVISOR and not mark.reason.strip():
        raise BadInput("代签须写明原因。", "请填写原因，例如：学员手机没电。")
    if mark.proof == Proof.PAPER and not mark.register.sheets.exists():
        raise NotAllowed(
            f"「{mark.register.title}」还没有归档纸质签到表。", "请先上传签到表扫描件，再补录。"
        )


def _write_line(mark: Mark) -> datetime:
    """Write the ledger line of a mark; returns the server's time of writing."""
    line = mark_line(mark, people_on_device=_people_on_device(mark))
    return record_many([line])[0].recorded_at


def _people_on_device(mark: Mark) -> int:
    """How many people have scanned this register's code by this device, this one included."""
    if not mark.device or mark.proof != Proof.QR:
        return 0
    others = Mark.objects.filter(register=mark.register, device=mark.device, proof=Proof.QR)
    return others.exclude(person=mark.person).values("person").distinct().count() + 1


def _register(one: Occasion, rules: Rulebook) -> Register:
    register = Register(title=one.title, place=one.place, hours=one.hours)
    _set_times(register, one.starts_at, one.ends_at, rules)
    register.qr_seconds = rules.whole("attendance.qr_seconds")
    return register


def _set_times(register: Register, starts_at: datetime, ends_at: datetime, rules: Rulebook) -> None:
    if ends_at <= starts_at:
        raise BadInput(f"「{register.title}」的结束时间不晚于开始时间。", "请改正起止时间。")
    register.starts_at, register.ends_at = starts_at, ends_at
    register.opens_at = starts_at - _minutes(rules, "attendance.open_minutes_before")
    register.late_after = starts_at + _minutes(rules, "attendance.late_minutes")
    register.leave_from = ends_at - _minutes(rules, "attendance.early_minutes")
    register.closes_at = ends_at + _minutes(rules, "attendance.close_minutes_after")


def _minutes(rules: Rulebook, key: str) -> timedelta:
    return timedelta(minutes=rules.number(key))


def _words(mark: Mark) -> tuple[str, str]:
    who = "您" if mark.proof == Proof.QR else "该学员"
    return who, str(MarkKind(mark.kind).label)


def _clock(at: datetime) -> str:
    return f"{to_shanghai(at):%H:%M}"
