"""A licence's photograph: taken in, handed in, compared by a person, shown, erased."""

import base64
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from anlan.foundation.access import limits
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.lib.refusals import NotAllowed, Refused
from anlan.organizations import licence_queries as queries
from anlan.organizations.licences import differing
from anlan.organizations.models import LicencePhoto, Organization, PhotoStatus
from anlan.vision.pictures import require_photograph

MOST_A_ROUND = 100
HOUR = timedelta(hours=1)


class QueueFull(Refused):
    """Too many photographs wait, or lie with registrations that nobody has handed in."""

    status = 429

    def __init__(self) -> None:
        super().__init__(
            "等着读取的照片太多，这一张没有接收。",
            "请直接对照执照填写，不影响登记；也可以过几分钟再拍。已填的内容没有丢失。",
        )


def photograph_for_draft(key: str, content: bytes, *, address: str, at: datetime) -> LicencePhoto:
    """Take in what a visitor photographs while registering; the former one goes.

    Raises `UnusablePicture`, `TooOften` for this address, `QueueFull`.
    """
    require_photograph(content)
    with transaction.atomic():
        _refuse_flood(address, at)
        draft = queries.draft_hash(key)
        _erase_all(queries.photographs().filter(draft=draft), "已换成新照片", at)
        return _take(LicencePhoto(draft=draft), content, by=None, at=at)


def photograph(
    organization: Organization, content: bytes, *, by: User, address: str, at: datetime
) -> LicencePhoto:
    """Take in what the organisation's own staff photographs; the former one goes."""
    require_photograph(content)
    with transaction.atomic():
        _refuse_flood(address, at)
        kept = queries.photographs().filter(organization=organization, erased_at=None)
        _erase_all(kept, "已换成新照片", at)
        return _take(LicencePhoto(organization=organization), content, by=by, at=at)


@transaction.atomic
def drop(photo: LicencePhoto, *, by: User | None, at: datetime) -> None:
    """Whoever photographed it does not want it used."""
    _erase_all(queries.photographs().filter(pk=photo.pk, erased_at=None), "本人撤回", at, by=by)


def attach(organization: Organization, key: str, *, by: User, at: datetime) -> None:
    """Hand the photograph in with the registration; one that could not be used is left behind.

    Called inside the registration's own transaction.
    """
    photo = queries.photo_of_draft(key) if key else None
    if photo is None or photo.erased_at is not None:
        return
    photo.organization, photo.draft = organization, ""
    photo.save(update_fields=["organization", "draft"])
    rows = queries.compare(photo, queries.typed_of(organization), at)
    words: dict[str, Any] = {"sha256": photo.sha256, "differs": differing(rows)}
    record(organization.subject, "licence_attached", by=by, at=at, **words)


@transaction.atomic
def settle(photo: LicencePhoto, *, by: User, at: datetime) -> None:
    """An official has compared a photograph that came after the decision."""
    if photo.status == PhotoStatus.WAITING:
        raise NotAllowed("照片还没有读好。", "请等一会儿再核对。")
    if not _settle(LicencePhoto.objects.filter(pk=photo.pk), by, at):
        raise NotAllowed("这张照片已经核对过，或已删除。", "请刷新页面查看最新状态。")
    rows = queries.compare(photo, queries.typed_of(_owner(photo)), at)
    words: dict[str, Any] = {"sha256": photo.sha256, "differs": differing(rows)}
    record(photo.subject, "licence_compared", by=by, at=at, **words)


def settle_with_decision(
    organization: Organization, *, by: User, at: datetime
) -> dict[str, object]:
    """The registration was decided, and with it the photograph compared: words for that line."""
    photo = queries.photo_of(organization)
    if photo is None or photo.status == PhotoStatus.WAITING:
        return {}  # not read yet: it will be compared like one that comes later
    if not _settle(LicencePhoto.objects.filter(pk=photo.pk), by, at):
        return {}
    rows = queries.compare(photo, queries.typed_of(organization), at)
    return {"licence": photo.sha256, "licence_differs": differing(rows)}


def reopen(organization: Organization) -> None:
    """A mended registration is to be compared again, while the photograph is still there."""
    kept = organization.licence_photos.filter(erased_at=None)
    kept.update(settled_at=None, settled_by=None)


@transaction.atomic
def show(photo: LicencePhoto, *, by: User, at: datetime) -> bytes:
    """The picture, painted anew, for whoever compares; each showing is a line."""
    if photo.status != PhotoStatus.READ or photo.erased_at is not None:
        raise NotAllowed("照片还没有读好，或已按期删除。", "请刷新页面查看最新状态。")
    record(photo.subject, "licence_shown", by=by, at=at, sha256=photo.sha256)
    return base64.b64decode(photo.content)


def forget_settled(at: datetime) -> int:
    """Job: the hours after the comparison are over."""
    return _forget(queries.settled_long_ago(at), "核对后到期", at)


def forget_too_old(at: datetime) -> int:
    """Job: the longest time that any photograph may lie."""
    return _forget(queries.too_old(at), "保存期满", at)


def forget_left_behind(at: datetime) -> int:
    """Job: what was photographed for registrations that nobody handed in."""
    return _forget(queries.left_behind(at), "登记没有提交", at)


def erase(photo: LicencePhoto, why: str, *, at: datetime, by: User | None = None) -> None:
    """The picture and what it said go; the hash, and which fields differed, stay.

    Of a guide's photograph nothing stays but the ledger's lines.
    """
    if photo.erased_at is None:
        record(photo.subject, "licence_erased", by=by, at=at, sha256=photo.sha256, why=why)
    if photo.organization is None:
        photo.delete()
        return
    rows = queries.compare(photo, queries.typed_of(photo.organization), at)
    photo.differed = differing(rows)
    photo.content, photo.reading, photo.erased_at = "", "", at
    photo.save(update_fields=["content", "reading", "differed", "erased_at"])


def _take(photo: LicencePhoto, content: bytes, *, by: User | None, at: datetime) -> LicencePhoto:
    photo.content = base64.b64encode(content).decode()
    photo.sha256, photo.size, photo.at = sha256(content).hexdigest(), len(content), at
    photo.save()
    words: dict[str, Any] = {"sha256": photo.sha256, "bytes": photo.size}
    record(photo.subject, "licence_photographed", by=by, at=at, **words)
    return photo


def _refuse_flood(address: str, at: datetime) -> None:
    """An upload that anybody may make is bounded: by address, by what waits, by what lies about.

    Of several at the same moment a few more than the limit may come in.
    """
    book = rulebook(local_date(at))
    most = book.whole("licence.address_hour_max")
    if limits.counted("licence-address", address, since=at - HOUR) >= most:
        raise limits.TooOften(
            "这个网络一小时内上传的执照照片太多。",
            "请直接对照执照填写，或一小时后再拍。已填的内容没有丢失。",
        )
    if queries.waiting().count() >= book.whole("licence.waiting_max"):
        raise QueueFull
    if queries.loose().count() >= book.whole("licence.loose_max"):
        raise QueueFull
    limits.count("licence-address", address, at=at)


def _settle(rows: QuerySet[LicencePhoto], by: User, at: datetime) -> bool:
    return bool(rows.filter(settled_at=None, erased_at=None).update(settled_at=at, settled_by=by))


def _erase_all(
    rows: QuerySet[LicencePhoto], why: str, at: datetime, *, by: User | None = None
) -> int:
    found = list(rows.select_for_update(of=("self",)).select_related("organization"))
    for photo in found:
        erase(photo, why, at=at, by=by)
    return len(found)


def _forget(rows: QuerySet[LicencePhoto], why: str, at: datetime) -> int:
    due = list(rows.values_list("pk", flat=True)[:MOST_A_ROUND])
    with transaction.atomic():
        return _erase_all(queries.photographs().filter(pk__in=due), why, at)


def _owner(photo: LicencePhoto) -> Organization:
    assert photo.organization is not None
    return photo.organization
