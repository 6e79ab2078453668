"""A walk as the phone sends it: fields named by item, `outcome.KEY`, `words.KEY`, `photos.KEY`."""

import uuid
from datetime import date, datetime
from typing import TypeAlias

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from anlan.hazards.models import Grade
from anlan.lib.refusals import BadInput
from anlan.organizations.models import Organization
from anlan.visits.models import Item, Outcome
from anlan.visits.queries.checklists import items_of, lists_called
from anlan.visits.services.inspecting import Found, Walk
from anlan.visits.services.visiting import Spot

Files: TypeAlias = "MultiValueDict[str, UploadedFile[bytes]]"
UNREAD = ("这份检查没有读懂，没有保存。", "请刷新页面后再提交，已答的还在。")


def nonce_in(sent: QueryDict) -> uuid.UUID:
    """The phone's number for this walk."""
    try:
        return uuid.UUID(sent.get("nonce", ""))
    except ValueError as wrong:
        raise BadInput(*UNREAD) from wrong


def walk_in(sent: QueryDict, organization: Organization) -> Walk:
    """Everything but the photos, which are kept once the rest can be read (`with_photos`)."""
    try:
        uids = [uuid.UUID(one) for one in sent.getlist("lists")]
    except ValueError as wrong:
        raise BadInput(*UNREAD) from wrong
    lists = lists_called(uids, organization)
    if not lists or len(lists) != len(set(uids)):
        raise BadInput("检查清单已经换了，这份对不上。", "请刷新页面，已答的会带过来。")
    found = [one for one in (_found(sent, item) for item in items_of(lists)) if one]
    return Walk(organization, lists, found, nonce_in(sent), moment_in(sent.get("begun_at", "")))


def photos_in(files: Files, item: Item) -> "list[UploadedFile[bytes]]":
    return [one for one in files.getlist(f"photos.{item.key}") if one]


def moment_in(text: str) -> datetime | None:
    """An aware moment, or nothing: a device's clock is a claim, no reason to refuse."""
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def spot_in(sent: QueryDict) -> Spot | None:
    """Where the phone was, if it said so plausibly."""
    try:
        latitude = float(sent.get("latitude", ""))
        longitude = float(sent.get("longitude", ""))
        accuracy = min(int(float(sent.get("accuracy") or 0)), 1_000_000)
    except (ValueError, OverflowError):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180 and accuracy >= 0):
        return None
    return Spot(latitude, longitude, accuracy or None)


def _found(sent: QueryDict, item: Item) -> Found | None:
    """The answer on one item; None where it was not answered."""
    said = sent.get(f"outcome.{item.key}", "")
    if said not in Outcome.values:
        return None
    grade = sent.get(f"grade.{item.key}", "")
    return Found(
        item=item,
        outcome=Outcome(said),
        place=sent.get(f"place.{item.key}", ""),
        words=sent.get(f"words.{item.key}", ""),
        same=sent.get(f"same.{item.key}") == "on",
        grade=Grade(grade) if grade in Grade.values else None,
        wanted_by=_day(sent.get(f"wanted_by.{item.key}", "")),
        counts=_counts(sent, item),
    )


def _counts(sent: QueryDict, item: Item) -> tuple[int, int] | None:
    if not item.measure:
        return None
    texts = [sent.get(f"{name}.{item.key}", "").strip() for name in ("numerator", "denominator")]
    if not all(one.isascii() and one.isdigit() and len(one) < 7 for one in texts):
        return None
    return int(texts[0]), int(texts[1])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
