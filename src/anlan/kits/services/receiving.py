"""Taking a delivery in: everything signed is kept before anything is judged.

A tablet has no login: its teacher's may have ended days ago. It signs the delivery, and each record
in it, with the key that was registered while the teacher was logged in.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Count

from anlan.foundation.ledger.services import record as write_line
from anlan.kits.keys import BATCH, RECORD, is_signed
from anlan.kits.models import Conflict, Delivery, Fate, Kit, Quarantine, Record, Tablet, Why
from anlan.kits.services.conflicts import open_conflict
from anlan.kits.services.judging import go_on
from anlan.kits.shapes import Batch, Signed, Written, target_of
from anlan.lib.refusals import BadInput, NotAllowed

_batch = msgspec.json.Decoder(Batch).decode
_written = msgspec.json.Decoder(Written).decode


class NotThisTablet(NotAllowed):
    """The delivery does not bear the signature of a registered tablet."""

    status = 401


@dataclass
class Taken:
    """What to tell the tablet: hashes that are safe here, hashes refused with the reason, photos
    that are still missing, and what became of everything it ever sent."""

    kept: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    photos: list[str] = field(default_factory=list)
    fates: dict[str, int] = field(default_factory=dict)
    stopped: bool = False


def receive(text: str, signature: str, *, at: datetime) -> Taken:
    """Take a delivery in and judge what can be judged. Sent again, it changes nothing."""
    batch = _opened(text)
    tablet = known_tablet(batch.tablet)
    if not is_signed(BATCH, text, signature, tablet.key):
        raise NotThisTablet("这次同步没有平板的有效签名，没有接收。", "记录仍在平板上，请重试。")
    pieces = [_read(tablet, one) for one in batch.records]
    with transaction.atomic():
        tablet.refresh_from_db(from_queryset=Tablet.objects.select_for_update())
        taken = Taken(stopped=tablet.revoked_at is not None)
        new = _keep(tablet, pieces, taken, at)
        _note_delivery(tablet, batch, taken, new, at)
        go_on(tablet, at=at)
        taken.photos = missing_photos(tablet)
        taken.fates = _fates(tablet)
    return taken


def known_tablet(uid: UUID) -> Tablet:
    found = Tablet.objects.filter(uid=uid).first()
    if found is None:
        raise NotThisTablet("没有登记过这台平板。", "请在有网时重新取离线包。")
    return found


def missing_photos(tablet: Tablet) -> list[str]:
    """Photos that records name and that have not come."""
    here = tablet.photos.values_list("sha256", flat=True)
    named = tablet.records.exclude(photo="").exclude(photo__in=list(here))
    return sorted(set(named.values_list("photo", flat=True)))


def _opened(text: str) -> Batch:
    try:
        return _batch(text)
    except (msgspec.DecodeError, UnicodeError) as wrong:
        raise BadInput(
            "同步的内容格式不对，没有接收。", f"请刷新平板上的页面（{wrong}）。"
        ) from None


@dataclass(frozen=True)
class _Read:
    """One thing of a delivery: read, or why it can't be this tablet's."""

    signed: Signed
    digest: str
    written: Written | None
    wrong: str = ""


def _read(tablet: Tablet, one: Signed) -> _Read:
    """Check the signature and read the text; asks no database."""
    digest = hashlib.sha256(one.text.encode()).hexdigest()
    if not is_signed(RECORD, one.text, one.signature, tablet.key):
        return _Read(one, digest, None, "签名不对：内容被改动过，或不是这台平板写的")
    try:
        return _Read(one, digest, _written(one.text))
    except (msgspec.DecodeError, UnicodeError) as wrong:
        return _Read(one, digest, None, f"记录读不出来（{wrong}）"[:200])


def _keep(tablet: Tablet, pieces: Sequence[_Read], taken: Taken, at: datetime) -> int:
    """Store what is new, in a handful of queries; returns how much was."""
    known = set(
        tablet.records.filter(hash__in=[one.digest for one in pieces]).values_list(
            "hash", flat=True
        )
    )
    shelf = _shelf_for(tablet, pieces)
    rows = []
    for one in pieces:
        if one.digest not in known:
            row, wrong = shelf.place(one, at)
            if row is None:
                taken.refused[one.digest] = wrong
                _quarantine(tablet, one, wrong, at)
                continue
            rows.append(row)
            known.add(one.digest)
        taken.kept.append(one.digest)
    Record.objects.bulk_create(rows)
    for row in rows:
        if row.fork:
            words = f"第 {row.no} 条在系统里已有另一个内容，平板的数据可能被复制或恢复过。"
            open_conflict(row, Why.FORK, words, [], at=at)
    return len(rows)


@dataclass
class _Shelf:
    """What the tablet may write to, and which numbers and nonces are taken."""

    tablet: Tablet
    kits: dict[UUID, Kit]
    nonces: set[UUID]
    numbers: set[int]

    def place(self, one: _Read, at: datetime) -> tuple[Record | None, str]:
        """The row for a record, or why there is none."""
        written = one.written
        if written is None:
            return None, one.wrong
        kit = self.kits.get(written.kit)
        if kit is None:
            return None, "它所属的离线包不在这台平板名下"
        if written.nonce in self.nonces:
            return None, "编号已被另一条记录使用"
        fork = written.no in self.numbers or written.no < self.tablet.next_no
        self.nonces.add(written.nonce)
        self.numbers.add(written.no)
        return _row(self.tablet, kit, one, written, at, fork=fork), ""


def _shelf_for(tablet: Tablet, pieces: Sequence[_Read]) -> _Shelf:
    kits = {kit.uid: kit for kit in tablet.kits.select_related("klass")}
    written = [one.written for one in pieces if one.written]
    nonces = Record.objects.filter(nonce__in=[one.nonce for one in written])
    numbers = tablet.records.filter(no__in=[one.no for one in written], fork=False)
    return _Shelf(
        tablet,
        kits,
        set(nonces.values_list("nonce", flat=True)),
        set(numbers.values_list("no", flat=True)),
    )


def _row(
    tablet: Tablet, kit: Kit, one: _Read, written: Written, at: datetime, *, fork: bool
) -> Record:
    return Record(
        tablet=tablet,
        kit=kit,
        nonce=written.nonce,
        no=written.no,
        kind=written.kind,
        person_id=kit.people.get(written.person),
        target=target_of(written.payload),
        text=one.signed.text,
        signature=one.signed.signature[:100],
        hash=one.digest,
        prev=written.prev,
        boot=written.boot,
        mono_ms=written.mono,
        at=written.at,
        received_at=at,
        photo=_photo_named(written),
        fork=fork,
    )


def _photo_named(written: Written) -> str:
    said = written.payload.get("photo")
    return said if isinstance(said, str) and len(said) == 64 else ""


def _quarantine(tablet: Tablet, one: _Read, wrong: str, at: datetime) -> None:
    signed = one.signed
    kept = {"text": signed.text, "signature": signed.signature, "reason": wrong[:200], "at": at}
    # Under its text and signature together: a good record must not hide behind a bad copy of it.
    mark = hashlib.sha256(f"{one.digest}\n{signed.signature}".encode()).hexdigest()
    Quarantine.objects.get_or_create(tablet=tablet, sha256=mark, defaults=kept)


def _note_delivery(tablet: Tablet, batch: Batch, taken: Taken, new: int, at: datetime) -> None:
    sent = len(batch.records)
    Delivery.objects.create(
        tablet=tablet,
        at=at,
        device_at=batch.sent_at,
        sent=sent,
        new=new,
        known=sent - new - len(taken.refused),
        refused=len(taken.refused),
    )
    for kit in _classes_of(tablet, at) if new else ():
        told: dict[str, Any] = {"kit": str(kit.uid), "tablet": tablet.name, "new": new}
        write_line(kit.klass.subject, "kit_synced", by=None, at=at, device=tablet.token, **told)


def _classes_of(tablet: Tablet, at: datetime) -> list[Kit]:
    """The kits that this delivery had new records of."""
    found = Kit.objects.filter(tablet=tablet, records__received_at=at).distinct()
    return list(found.select_related("klass"))


def _fates(tablet: Tablet) -> dict[str, int]:
    counted = tablet.records.values_list("fate").annotate(n=Count("pk")).order_by()
    told = {str(fate): 0 for fate in Fate.values} | dict(counted)
    told["undecided"] = Conflict.objects.filter(record__tablet=tablet, choice="").count()
    return told
