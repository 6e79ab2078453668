"""The back of a card: photographed, read by the processes that look, shown, mostly forgotten.

It never stops anybody: a card that has run out pauses the face, and people look instead.
"""

import json
from datetime import datetime, timedelta

from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.foundation.notices.services import tell
from anlan.foundation.rules.queries import rulebook
from anlan.foundation.sight import limits_on, the_eyes
from anlan.identity.models import BackStatus, CardBack, Person
from anlan.identity.queries import cards as queries
from anlan.identity.queries import faces
from anlan.identity.services.pictures import erase, lay_down, note_look, take_up
from anlan.identity.states import BACK_STEPS
from anlan.lib import idnumber
from anlan.lib.dates import local_date
from anlan.lib.refusals import NotAllowed, Refused
from anlan.lib.states import advance
from anlan.vision.advice import UnusablePicture
from anlan.vision.eyes import CannotLook
from anlan.vision.findings import Paper

MOST_LOOKS = 3


@transaction.atomic
def lay_down_back(person: Person, content: bytes, *, by: User, at: datetime) -> CardBack:
    """Hand in a photograph of the back, for the first time or of a new card."""
    day = local_date(at)
    if not queries.asks_for_back(day):
        raise Refused("现在不需要拍身份证国徽面。", "不用再做什么。")
    if not faces.agrees(person, day):
        raise Refused("还没有签署刷脸同意书。", "请先阅读并签名；也可以改用人工核验。")
    back, new = CardBack.objects.get_or_create(person=person, defaults={"at": at})
    if not new:
        if back.status == BackStatus.WAITING:
            raise NotAllowed("国徽面的照片正在读取。", "请等待结果；不需要再交。")
        advance(back, BackStatus.WAITING, BACK_STEPS, at=at, looks=0, reasons=[], doubts=[])
    lay_down(back_key(back), [], card=content, at=at)
    return back


def answer_next_back(at: datetime) -> int:
    """Job: read the oldest back that waits."""
    rows = CardBack.objects.filter(status=BackStatus.WAITING).select_related("person__user")
    back = rows.order_by("at", "id").first()
    if back is None:
        return 0
    answer_back(back, at)
    return 1


def answer_back(back: CardBack, at: datetime) -> None:
    """Have it read; nothing changes when nobody could look, and it will be tried again."""
    day = local_date(at)
    _frames, content = take_up(back_key(back))
    if not content or note_look(CardBack, back.pk) > MOST_LOOKS:
        return _retake(back, ["stopped"], at)
    try:
        paper = the_eyes().read(content, today=day, wanted="id_back", limits=limits_on(day))
    except UnusablePicture as refused:
        return _retake(back, [refused.code], at)
    except CannotLook:
        return None
    if paper.kind != "id_back":
        return _retake(back, [*(code for code in paper.advice if code != "no_card"), "no_back"], at)
    if not paper.sure:
        return _retake(back, [*paper.advice, "back_doubt"], at)
    return keep_back(back, paper, at=at)


@transaction.atomic
def keep_back(back: CardBack, paper: Paper, *, at: datetime) -> None:
    """The last day and the doubts stay; the picture goes, authority and first day some hours on."""
    day, person = local_date(at), back.person
    said = {key: paper.value(key) for key in ("authority", "valid_from")}
    changes = {
        "valid_until": paper.value("valid_until"),
        "told": json.dumps(said, ensure_ascii=False),
        "kept_until": at + timedelta(hours=rulebook(day).whole("identity.picture_hours")),
        "doubts": _doubts(person, paper),
        "reasons": [],
        "answered_at": at,
    }
    try:
        advance(back, BackStatus.READ, BACK_STEPS, **changes)
    except NotAllowed:
        return  # taken back while it was looked at: nothing is kept
    erase(back_key(back))
    over = queries.has_run_out(back, day)
    record(person.subject, "card_back_read", by=None, at=at, about=person.uid, expired=over)
    if over and person.user:
        words = {"dedupe": f"card/{back.uid}/over/{local_date(at)}", "body": _RENEW}
        tell([person.user], "身份证已过有效期，先用人工核验", at=at, **words)


_RENEW = "请到公安机关换领新证，再拍新证的国徽面。这期间用人工核验，不影响学习和考试。"


def compare_with_front(back: CardBack, paper: Paper) -> None:
    """A hint for people where the front, just read, names another place than the authority."""
    authority, _start = queries.told_of(back)
    number, address = back.person.id_number, paper.value("address")
    if back.status != BackStatus.READ or not authority or not address:
        return
    others = [code for code in back.doubts if code != "authority_differs"]
    alike = queries.in_one_place(authority, number=number, address=address)
    doubts = others if alike else [*others, "authority_differs"]
    CardBack.objects.filter(pk=back.pk, status=BackStatus.READ).update(doubts=doubts)


def forget_backs(person: Person) -> int:
    """With the consent or the face goes what the card said; how many there were."""
    rows = list(CardBack.objects.filter(person=person))
    erase(*(back_key(back) for back in rows))
    return CardBack.objects.filter(pk__in=[back.pk for back in rows]).delete()[0]


def forget_what_was_told(at: datetime) -> int:
    """Authorities and first days whose hours are over."""
    rows = CardBack.objects.filter(kept_until__lt=at)
    return rows.update(told="", kept_until=None)


def back_key(back: CardBack) -> str:
    return f"back/{back.uid}"


def _doubts(person: Person, paper: Paper) -> list[str]:
    known = idnumber.parse(person.id_number)
    start, until = paper.value("valid_from"), paper.value("valid_until")
    doubts = [code for code in paper.doubts if code == "span_odd"]
    if not doubts and not queries.term_fits(known.birth, start, until):
        doubts.append("term_age")
    if not queries.in_one_place(paper.value("authority"), number=person.id_number):
        doubts.append("authority_differs")
    return doubts


@transaction.atomic
def _retake(back: CardBack, reasons: list[str], at: datetime) -> None:
    """What was known of the card before stays as it was."""
    said = list(dict.fromkeys(reasons))[:2]
    try:
        advance(back, BackStatus.RETAKE, BACK_STEPS, reasons=said, answered_at=at)
    except NotAllowed:
        return
    erase(back_key(back))
    if back.person.user:
        words = {"dedupe": f"card/{back.uid}/{at:%Y%m%d%H%M}", "body": "打开“刷脸核验”重拍。"}
        tell([back.person.user], "身份证国徽面要重拍", at=at, **words)
