"""What the processes that read are asked of a licence, and what their answers come to: by jobs."""

import base64
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse

from anlan.foundation.ledger.services import record
from anlan.foundation.notices.services import tell
from anlan.foundation.sight import limits_on, the_eyes
from anlan.lib.dates import local_date
from anlan.lib.states import advance
from anlan.organizations import licence_queries, queries
from anlan.organizations.licences import Reading, differing
from anlan.organizations.models import LicencePhoto, Organization, PhotoStatus, Status
from anlan.organizations.states import PHOTO_STEPS
from anlan.vision.advice import UnusablePicture
from anlan.vision.eyes import CannotLook
from anlan.vision.findings import Paper

MOST_LOOKS = 3
LEAST_FIELDS = 2  # with fewer there is nothing to compare: the photograph is taken again


def read_next_licence(at: datetime) -> int:
    """Job: read the photograph that waits longest. One that can't be read is answered in words."""
    photo = licence_queries.waiting().first()
    if photo is None:
        return 0
    LicencePhoto.objects.filter(pk=photo.pk).update(looks=F("looks") + 1)
    if photo.looks >= MOST_LOOKS:
        keep_refusal(photo, ["stopped"], at=at)
        return 1
    day, content = local_date(at), base64.b64decode(photo.content)
    try:
        paper = the_eyes().read(content, today=day, wanted="licence", limits=limits_on(day))
        trouble = unusable(paper)
        anew = b"" if trouble else the_eyes().redraw(content)
    except UnusablePicture as refused:
        keep_refusal(photo, [refused.code], at=at)
    except CannotLook:
        return 1
    else:
        if trouble:
            keep_refusal(photo, trouble, at=at)
        else:
            keep_reading(photo, paper, anew, at=at)
    return 1


def unusable(paper: Paper) -> list[str]:
    """Why the licence must be photographed again; nothing when it says enough to be compared."""
    if paper.kind != "licence":
        return [*paper.advice, "no_card"][:2]
    if "two_cards" in paper.advice:
        return ["two_cards"]
    if len(Reading.of(paper).values) < LEAST_FIELDS:
        return list(dict.fromkeys([*paper.advice, *paper.doubts, "unsure"]))[:2]
    return []


@transaction.atomic
def keep_reading(photo: LicencePhoto, paper: Paper, anew: bytes, *, at: datetime) -> None:
    """What was read is kept sealed; of the upload nothing but the picture painted anew."""
    one = _still_waiting(photo)
    if one is None:
        return
    changes = {
        "reading": Reading.of(paper).as_text(),
        "sure": paper.sure,
        "reasons": list(dict.fromkeys([*paper.advice, *paper.doubts])),
        "read_at": at,
        "content": base64.b64encode(anew).decode(),
    }
    advance(one, PhotoStatus.READ, PHOTO_STEPS, **changes)
    words: dict[str, Any] = {
        "sha256": one.sha256,
        "kept": sha256(anew).hexdigest(),
        "sure": paper.sure,
    }
    if one.organization is not None:
        rows = licence_queries.compare(one, licence_queries.typed_of(one.organization), at)
        words["differs"] = differing(rows)
        _after_reading(one, one.organization, differing(rows), at)
    record(one.subject, "licence_read", by=None, at=at, **words)


@transaction.atomic
def keep_refusal(photo: LicencePhoto, reasons: list[str], *, at: datetime) -> None:
    """The photograph goes at once; why it could not be used stays for whoever took it."""
    one = _still_waiting(photo)
    if one is None:
        return
    gone = {"content": "", "erased_at": at, "read_at": at, "reasons": reasons}
    advance(one, PhotoStatus.RETAKE, PHOTO_STEPS, **gone)
    words: dict[str, Any] = {"sha256": one.sha256, "why": "照片不能用", "reasons": reasons}
    record(one.subject, "licence_erased", by=None, at=at, **words)
    if one.organization is not None:
        tell(
            queries.staff_of(one.organization),
            "营业执照照片要重拍",
            at=at,
            body="打开单位信息，按提示重拍；不重拍也不影响登记。",
            url=_page(one.organization),
            dedupe=f"licence/{one.uid}/retake",
        )


def _after_reading(
    photo: LicencePhoto, organization: Organization, differs: list[str], at: datetime
) -> None:
    """A licence that comes after the decision: where nothing differs it is compared herewith."""
    if organization.status in {Status.PENDING, Status.RETURNED}:
        return
    if not differs:
        LicencePhoto.objects.filter(pk=photo.pk).update(settled_at=at)
        return
    tell(
        queries.deciders_of(organization),
        f"执照照片与登记不同：{organization.name}"[:120],
        at=at,
        body=f"有 {len(differs)} 项不同，请核对。",
        url=_page(organization),
        dedupe=f"licence/{photo.uid}/differs",
    )


def _still_waiting(photo: LicencePhoto) -> LicencePhoto | None:
    """The row, locked; none when it was erased or answered meanwhile."""
    rows = licence_queries.photographs().filter(
        pk=photo.pk, status=PhotoStatus.WAITING, erased_at=None
    )
    return rows.select_for_update(of=("self",)).select_related("organization").first()


def _page(organization: Organization) -> str:
    return reverse("organizations:record", args=[organization.uid])
