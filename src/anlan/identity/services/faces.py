"""Agreeing to the face, laying one down, taking it back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.foundation.notices.services import tell
from anlan.foundation.rules.queries import rulebook
from anlan.foundation.sight import Timed
from anlan.identity.models import Face, FaceConsent, FaceStatus, FaceTry, Person, Pictures
from anlan.identity.queries import faces as queries
from anlan.identity.services.cards import forget_backs, forget_what_was_told, lay_down_back
from anlan.identity.services.pictures import erase, lay_down
from anlan.identity.states import FACE_STEPS
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.lib.states import advance


@transaction.atomic
def sign_consent(
    person: Person, *, signature: str, text_sha256: str, by: User, at: datetime
) -> FaceConsent:
    """Agree to the text of the day by typing the own name; one version after another.

    Raises `BadInput` for another name, `Refused` when the text has changed since it was shown or
    the person is too young.
    """
    day = local_date(at)
    refuse_the_young(person, at)
    text = queries.consent_text(day)
    if text.sha256 != text_sha256:
        raise Refused("同意书刚刚更新过。", "请重新打开本页，看过新的内容后再决定。")
    if "".join(signature.split()) != "".join(person.name.split()):
        raise BadInput(
            "签名与您登记的姓名不一致。", "请输入您本人的姓名；姓名有误请先联系单位更正。"
        )
    Person.objects.select_for_update().get(pk=person.pk)
    FaceConsent.objects.filter(person=person, withdrawn_at=None).update(withdrawn_at=at)
    made = FaceConsent.objects.create(
        person=person,
        version=text.version,
        text_sha256=text.sha256,
        signature=signature.strip(),
        signed_at=at,
    )
    # A face that was laid down under the former text stays, now under this one.
    person.faces.filter(status__in=queries.CURRENT).update(consent=made)
    words: dict[str, Any] = {"version": text.version, "text": text.sha256}
    record(person.subject, "face_consented", by=by, at=at, about=person.uid, **words)
    return made


@transaction.atomic
def withdraw_consent(person: Person, *, by: User, at: datetime) -> None:
    """Take the consent back: the numbers and every picture on its way go in this transaction."""
    Person.objects.select_for_update().get(pk=person.pk)
    withdrawn = FaceConsent.objects.filter(person=person, withdrawn_at=None).update(withdrawn_at=at)
    if not withdrawn:
        raise NotAllowed("您没有同意过刷脸，或已经撤回。", "不需要再做什么。")
    ended = _end(person.faces.filter(status__in=queries.CURRENT), at)
    forget_backs(person)
    tries = FaceTry.objects.filter(check_of__person=person, answered_at=None)
    erase(*(try_key(one) for one in tries))
    record(person.subject, "face_withdrawn", by=by, at=at, about=person.uid, destroyed=ended)


def end_faces(person: Person, *, at: datetime) -> int:
    """Destroy what is laid down of a person's face, in the caller's transaction; how many held
    numbers. The consent stands: a face laid down anew is compared with another card."""
    ended = _end(person.faces.filter(status__in=queries.CURRENT), at)
    forget_backs(person)
    return ended


@transaction.atomic
def ask_enrolment(
    person: Person,
    *,
    card: bytes,
    back: bytes = b"",
    frames: Sequence[Timed],
    by: User,
    at: datetime,
) -> Face:
    """Hand in a photographed card and live frames; the processes that look will answer."""
    refuse_the_young(person, at)
    if not queries.agrees(person, local_date(at)):
        raise Refused("还没有签署刷脸同意书。", "请先阅读并签名；也可以改用人工核验。")
    consent = queries.open_consent(person)
    assert consent is not None
    try:
        with transaction.atomic():
            face = Face.objects.create(person=person, consent=consent, at=at)
    except IntegrityError:
        raise NotAllowed("您已经登记过人脸。", "要重新登记，请先在“我的”里撤回。") from None
    lay_down(face_key(face), frames, card=card, at=at)
    if back:
        lay_down_back(person, back, by=by, at=at)
    return face


@transaction.atomic
def decide_face(face: Face, *, accept: bool, reason: str, by: User, at: datetime) -> None:
    """A person says whether card, record and face are one person's; a refusal ends the numbers."""
    words = {"decided_by": by, "decided_at": at, "decision": reason, "differences": ""}
    if accept:
        advance(face, FaceStatus.OPEN, FACE_STEPS, **words)
    else:
        gone = {"likeness": "", "kept": False, "ended_at": at}
        advance(face, FaceStatus.REFUSED, FACE_STEPS, **words, **gone)
        forget_backs(face.person)
    person = face.person
    verb = "face_accepted" if accept else "face_refused"
    record(person.subject, verb, by=by, at=at, about=person.uid, reason=reason)
    if person.user:
        title = "人脸登记已核对通过" if accept else "人脸登记未通过核对，请用人工核验"
        tell([person.user], title, at=at, dedupe=f"face/{face.uid}", body=reason)


def forget_faces(at: datetime) -> int:
    """Job: faces that nobody has used for long, and pictures that nobody came to look at."""
    book = rulebook(local_date(at))
    idle = at - timedelta(days=book.whole("identity.face_idle_days"))
    old = Q(used_at__lt=idle) | Q(used_at=None, at__lt=idle)
    done = 0
    for face in Face.objects.filter(old, kept=True).select_related("person")[:100]:
        with transaction.atomic():
            if _end(Face.objects.filter(old, pk=face.pk), at):
                done += 1
                forget_backs(face.person)
                record(face.person.subject, "face_expired", by=None, at=at, about=face.person.uid)
    left = at - timedelta(hours=book.whole("identity.picture_hours"))
    done += forget_what_was_told(at)
    return done + Pictures.objects.filter(at__lt=left).delete()[0]


def refuse_the_young(person: Person, at: datetime) -> None:
    if not queries.old_enough(person, local_date(at)):
        raise Refused("未满 14 周岁不采用刷脸。", "请选择人工核验，由工作人员当面确认。")


def face_key(face: Face) -> str:
    return f"face/{face.uid}"


def try_key(one: FaceTry) -> str:
    return f"try/{one.uid}"


def _end(rows: QuerySet[Face], at: datetime) -> int:
    """Destroy the numbers of these faces; how many held any."""
    found = list(rows.select_for_update())
    held = sum(face.kept for face in found)
    gone = {"status": FaceStatus.ENDED, "kept": False, "likeness": "", "differences": ""}
    Face.objects.filter(pk__in=[face.pk for face in found]).update(ended_at=at, **gone)
    erase(*(face_key(face) for face in found))
    return held
