"""What the processes that look are asked, and what their answers come to. Called by jobs."""

import json
from datetime import datetime
from typing import Any

from django.db import transaction

from anlan.foundation.ledger.services import record
from anlan.foundation.notices.services import tell
from anlan.foundation.rules.queries import rulebook
from anlan.foundation.sight import limits_on, the_eyes
from anlan.identity.models import (
    BackStatus,
    CheckStatus,
    Face,
    FaceStatus,
    FaceTry,
    IdentityCheck,
)
from anlan.identity.queries import cards, faces
from anlan.identity.queries import checks as queries
from anlan.identity.services.cards import answer_back, compare_with_front
from anlan.identity.services.checks import settle
from anlan.identity.services.faces import face_key, try_key
from anlan.identity.services.pictures import erase, note_look, take_up
from anlan.identity.states import FACE_STEPS
from anlan.lib import idnumber
from anlan.lib.dates import local_date
from anlan.lib.refusals import NotAllowed
from anlan.lib.states import advance
from anlan.vision.advice import UnusablePicture
from anlan.vision.characters import alike
from anlan.vision.eyes import CannotLook
from anlan.vision.findings import Enrolment, Paper, Verdict
from anlan.vision.thresholds import Thresholds

MODEL = "SFace 2021dec int8"
MOST_LOOKS = 3
_SEXES = {"male": "男", "female": "女"}
Difference = tuple[str, str, str]


def answer_next_try(at: datetime) -> int:
    """Job: look at the oldest film that waits. What can't be looked at is for a person."""
    rows = FaceTry.objects.filter(posted_at__isnull=False, answered_at=None)
    one = rows.select_related("check_of__person", "check_of__host").order_by("posted_at").first()
    if one is None:
        return 0
    verdict = _verdict(one, at)
    if verdict is not None:
        keep_verdict(one, verdict, at=at)
    return 1


def _verdict(one: FaceTry, at: datetime) -> Verdict | None:
    """None when nobody could look this time and it will be tried again."""
    day = local_date(at)
    face = faces.usable_face(one.check_of.person, day)
    frames, _card = take_up(try_key(one))
    if face is None or not frames:
        return Verdict("manual_review", ("unsure",))
    if note_look(FaceTry, one.pk) > MOST_LOOKS:
        return Verdict("manual_review", ("stopped",))
    try:
        verdict = the_eyes().check(
            frames, queries.challenge_of(one), faces.likeness_of(face), limits=limits_on(day)
        )
    except CannotLook:
        return None
    Face.objects.filter(pk=face.pk).update(used_at=at)
    return verdict


@transaction.atomic
def keep_verdict(one: FaceTry, verdict: Verdict, *, at: datetime) -> None:
    """Outcome and scores stay, the pictures go. Only a match ends a check well by itself; what
    looked like a deceit makes a later match a matter for a person; the last try is one too."""
    check = IdentityCheck.objects.select_for_update().get(pk=one.check_of_id)
    fresh = FaceTry.objects.filter(pk=one.pk, answered_at=None)
    words = {"likeness": verdict.likeness, "live": verdict.live, "frames": verdict.frames}
    if not fresh.update(
        answered_at=at, outcome=verdict.outcome, reasons=list(verdict.reasons), **words
    ):
        return
    erase(try_key(one))
    if check.status != CheckStatus.OPEN:
        return  # went on by people meanwhile
    most = rulebook(local_date(at)).whole("identity.tries_max")
    suspected = check.tries.filter(outcome="suspected_spoof").exists()
    if verdict.outcome == "match" and not suspected:
        settle(check, CheckStatus.PASSED, at=at)
    elif verdict.outcome in {"match", "manual_review"} or check.tries.count() >= most:
        settle(check, CheckStatus.REVIEW, at=at)


def answer_next_face(at: datetime) -> int:
    """Job: read the oldest card that waits and look at the face that came with it."""
    rows = Face.objects.filter(status=FaceStatus.WAITING).select_related("person__user")
    face = rows.order_by("at", "id").first()
    if face is None:
        return 0
    day = local_date(at)
    limits = limits_on(day)
    _read_the_back(face, at)
    frames, card = take_up(face_key(face))
    if not frames or note_look(Face, face.pk) > MOST_LOOKS:
        _retake(face, ["stopped"], at)
        return 1
    try:
        paper = the_eyes().read(card, today=day, wanted="id_front", limits=limits)
        trouble = _unusable(paper)
        if trouble:
            _retake(face, trouble, at)
            return 1
        enrolment = the_eyes().enrol(frames, paper=card, limits=limits)
    except UnusablePicture as refused:
        _retake(face, [refused.code], at)
    except CannotLook:
        return 1
    else:
        keep_enrolment(face, paper, enrolment, limits=limits, at=at)
    return 1


def _read_the_back(face: Face, at: datetime) -> None:
    """Before the front, so that the two can be compared."""
    back = cards.back_of(face.person, local_date(at))
    if back is not None and back.status == BackStatus.WAITING:
        answer_back(back, at)


@transaction.atomic
def keep_enrolment(
    face: Face, paper: Paper, enrolment: Enrolment, *, limits: Thresholds, at: datetime
) -> None:
    """The numbers are kept; whatever differs or is doubtful waits for a person."""
    if not enrolment.likeness:
        _retake(face, list(enrolment.reasons), at)
        return
    differences = compared(face, paper)
    reasons = [*enrolment.reasons, *paper.doubts, *_likeness_doubts(enrolment, limits)]
    if "under_age" in (*paper.advice, *paper.doubts):
        reasons.append("under_age")
    doubtful = differences or set(reasons) - {"no_liveness_model", "region_differs", "unsure"}
    to = FaceStatus.REVIEW if doubtful else FaceStatus.OPEN
    changes = {
        "likeness": faces.packed_likeness(enrolment.likeness),
        "kept": True,
        "model": MODEL,
        "differences": json.dumps(differences, ensure_ascii=False) if differences else "",
        "reasons": list(dict.fromkeys(reasons)),
        "to_paper": enrolment.to_paper,
        "answered_at": at,
    }
    try:
        advance(face, to, FACE_STEPS, **changes)
    except NotAllowed:
        return  # withdrawn while it was looked at: nothing is kept
    erase(face_key(face))
    back = cards.back_of(face.person, local_date(at))
    if back is not None:
        compare_with_front(back, paper)
    person = face.person
    words: dict[str, Any] = {"model": MODEL, "waits": to == FaceStatus.REVIEW}
    record(person.subject, "face_enrolled", by=None, at=at, about=person.uid, **words)


def compared(face: Face, paper: Paper) -> list[Difference]:
    """What the card says otherwise than the record: (field, on record, on the card)."""
    person = face.person
    known = idnumber.parse(person.id_number)
    record_has = {
        "姓名": (person.name, paper.value("name")),
        "身份证号": (known.number, paper.value("number")),
        "出生日期": (known.birth.isoformat(), paper.value("birth")),
        "性别": (_SEXES[known.sex], paper.value("sex")),
    }
    return [
        (what, mine, read)
        for what, (mine, read) in record_has.items()
        if not read or not alike(read, mine)
    ]


def _unusable(paper: Paper) -> list[str]:
    """Why the card must be photographed again: what is not sure is never taken over."""
    if paper.kind != "id_front":
        return [*paper.advice, "no_card"][:2]
    if not paper.sure:
        return [*paper.advice, *paper.doubts, "number_doubt"][:2]
    return []


def _likeness_doubts(enrolment: Enrolment, limits: Thresholds) -> list[str]:
    if enrolment.to_paper is None or enrolment.to_paper < limits.review_min:
        return ["not_alike"]
    return ["doubtful_alike"] if enrolment.to_paper < limits.match_min else []


@transaction.atomic
def _retake(face: Face, reasons: list[str], at: datetime) -> None:
    try:
        advance(face, FaceStatus.RETAKE, FACE_STEPS, reasons=reasons, answered_at=at)
    except NotAllowed:
        return
    erase(face_key(face))
    if face.person.user:
        words = {"dedupe": f"face/{face.uid}/retake", "body": "打开“我的”，按提示重拍。"}
        tell([face.person.user], "人脸登记要重拍", at=at, **words)
