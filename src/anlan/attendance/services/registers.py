"""Opening registers, moving them, saying where the door is, filing the paper sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from anlan.attendance.models import Register, Sheet
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import keep_upload
from anlan.foundation.ledger.services import record
from anlan.foundation.rules.queries import Rulebook
from anlan.lib.refusals import BadInput, NotAllowed

SHEET_ENDINGS = (".pdf", ".jpg", ".jpeg", ".png")
SHEET_MB = 20
DEGREE = Decimal("0.000001")


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


@transaction.atomic
def place_register(
    register: Register, *, latitude: float, longitude: float, by: User, at: datetime
) -> None:
    """Where the door is, in degrees (WGS 84), so that a scan from far away can be asked about."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise BadInput("这个位置读不懂。", "请在签到屏所在的电脑或手机上重新定位。")
    register.latitude = Decimal(latitude).quantize(DEGREE)
    register.longitude = Decimal(longitude).quantize(DEGREE)
    register.save(update_fields=["latitude", "longitude"])
    record(register.subject, "register_placed", by=by, at=at)


def keep_sheet(upload: "UploadedFile[bytes]", *, by: User, at: datetime) -> StoredFile:
    """Keep the scan or photograph of a signed sheet."""
    return keep_upload(upload, by=by, at=at, endings=SHEET_ENDINGS, most_mb=SHEET_MB)


@transaction.atomic
def file_sheet(register: Register, file: StoredFile, *, by: User, at: datetime) -> Sheet:
    """File the scan of a signed paper sheet; only then may its marks be keyed in."""
    sheet = Sheet.objects.create(register=register, file=file, by=by, at=at)
    record(register.subject, "sheet_filed", by=by, at=at, sha256=file.sha256, size=file.size)
    return sheet


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
    register.pause_minutes = rules.whole("attendance.pause_minutes")
    register.closes_at = ends_at + _minutes(rules, "attendance.close_minutes_after")


def _minutes(rules: Rulebook, key: str) -> timedelta:
    return timedelta(minutes=rules.number(key))
