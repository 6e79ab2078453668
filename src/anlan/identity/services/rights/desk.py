"""What a desk opens and hands over for a wish: paper, new words, the copy. Each is a look."""

from datetime import datetime

from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.files.removal import mark_removed
from anlan.foundation.files.sealed import open_sealed
from anlan.foundation.ledger.services import record
from anlan.identity.models import Person, Reveal, Wish, WishKind, WishStatus
from anlan.identity.services.rights.exports import ask_export, take_export
from anlan.identity.states import WISH_STEPS
from anlan.lib.dates import local_date
from anlan.lib.refusals import NotAllowed, Refused
from anlan.lib.states import advance


@transaction.atomic
def open_words(wish: Wish, *, by: User, at: datetime) -> tuple[str, str]:
    """(on record, asked for) in full, for whoever has to compare them with the proof."""
    if not wish.corrects or not wish.value:
        raise Refused("这份申请没有可以查看的内容。", "请刷新页面查看。")
    _note(wish.person, "wish", by, at)
    now_there = wish.person.name if wish.kind == WishKind.NAME else wish.person.id_number
    return now_there, wish.value


def open_scan(wish: Wish, *, by: User, at: datetime) -> bytes:
    """The photographed paper, opened in memory. Raises `BytesRemoved` when its time is over."""
    if wish.scan is None:
        raise Refused("这份申请没有附材料。", "请查看纸质原件。")
    content = open_sealed(wish.scan, wish.scan_key, wish.scan_sha256)
    _note(wish.person, "scan", by, at)
    return content


@transaction.atomic
def renew_copy(wish: Wish, *, by: User, at: datetime) -> None:
    """Order the copy anew, when the former has run out before it was fetched."""
    _must_be_open_copy(wish)
    if wish.export is not None and wish.export.ended_at is None:
        raise Refused("副本还在，不需要重新准备。", "请直接交给本人。")
    wish.export = ask_export(wish.person, by=by, at=at)
    wish.save(update_fields=["export"])


def hand_over_copy(wish: Wish, *, by: User, at: datetime) -> bytes:
    """The copy for somebody without a phone of their own, given at the desk; this ends the wish."""
    _must_be_open_copy(wish)
    order = wish.export
    if order is None or order.ready_at is None:
        raise Refused("副本还在准备。", "请过一分钟再试。")
    content = take_export(order, by=by, at=at)
    with transaction.atomic():
        said = "副本已当面交给本人"
        advance(wish, WishStatus.DONE, WISH_STEPS, decided_by=by, decided_at=at, reason=said)
        _note(wish.person, "copy", by, at)
    return content


def forget_scans(wishes: list[Wish], *, at: datetime) -> int:
    """Destroy the photographed papers and their keys, and what was asked for in words."""
    gone = len(mark_removed([one.scan for one in wishes if one.scan is not None], at=at))
    Wish.objects.filter(pk__in=[one.pk for one in wishes]).update(scan_key="", value="")
    return gone


def _must_be_open_copy(wish: Wish) -> None:
    if wish.kind != WishKind.COPY or wish.status != WishStatus.ASKED:
        raise NotAllowed("这份申请不在等副本。", "请刷新页面查看。")


def _note(person: Person, field: str, by: User, at: datetime) -> None:
    """Once a day for each hand and thing; the person finds it among the looks."""
    day = local_date(at)
    seen = Reveal.objects.filter(person=person, field=field, by=by).order_by("-at").first()
    if seen is not None and local_date(seen.at) == day:
        return
    made = Reveal(person=person, field=field, reason="办理本人的个人信息申请", by=by, at=at)
    made.save()
    record(
        person.subject,
        "field_revealed",
        by=by,
        at=at,
        about=person.uid,
        field=made.field_name,
        reason=made.reason,
    )
