"""更正 (个人信息保护法 46): another name or ID number on record; what stood there stays, sealed."""

from datetime import datetime

from django.db import IntegrityError, transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.foundation.notices import services as notices
from anlan.identity.models import PastIdentity, Person, Wish, WishKind, id_index
from anlan.identity.services.faces import end_faces
from anlan.lib import idnumber
from anlan.lib.bigrams import bigrams
from anlan.lib.dates import local_date
from anlan.lib.masking import mask_id
from anlan.lib.refusals import BadInput, Refused

LONGEST_NAME = 64


def clean_value(person: Person, kind: str, typed: str, *, at: datetime) -> str:
    """The new name or number in its normal form. Raises `BadInput`, `Refused` if it is no other."""
    if kind == WishKind.NAME:
        value = _clean_name(typed)
        if value == person.name:
            raise Refused("新姓名与登记的相同。", "不需要更正。")
        return value
    try:
        value = idnumber.parse(typed, today=local_date(at)).number
    except idnumber.BadIdNumber as wrong:
        raise BadInput(f"{wrong}。", "请照身份证核对后再填。") from None
    if value == person.id_number:
        raise Refused("新号码与登记的相同。", "不需要更正。")
    return value


def apply(wish: Wish, *, free: bool, by: User, at: datetime) -> None:
    """Change the record, in the caller's transaction; the person is told at the phone on file."""
    if wish.kind == WishKind.NAME:
        _change_name(wish, by, at)
    else:
        _change_number(wish, free, by, at)


def _change_name(wish: Wish, by: User, at: datetime) -> None:
    person = _locked(wish)
    _keep_past(wish, person, "name", person.name, by, at)
    person.name, person.search = wish.value, bigrams(wish.value)
    person.save(update_fields=["name", "search"])
    if person.user is not None:
        person.user.name = wish.value
        person.user.save(update_fields=["name"])
    record(
        person.subject,
        "name_corrected",
        by=by,
        at=at,
        about=person.uid,
        personal={"name": person.name},
        wish=str(wish.uid),
    )
    _text(person, "您登记的姓名已更正", at)


def _change_number(wish: Wish, free: bool, by: User, at: datetime) -> None:
    person = _locked(wish)
    _keep_past(wish, person, "id_number", person.id_number, by, at, free=free)
    person.id_number, person.id_index = wish.value, id_index(wish.value)
    try:
        with transaction.atomic():
            person.save(update_fields=["id_number", "id_index"])
    except IntegrityError as taken:
        raise Refused(
            f"{mask_id(wish.value)} 已登记为另一个人。", "请先核对是不是重复登记，再决定怎样更正。"
        ) from taken
    faces = end_faces(person, at=at)  # they were held against a card with the other number
    record(
        person.subject,
        "id_number_corrected",
        by=by,
        at=at,
        about=person.uid,
        personal={"id_number": person.id_number},
        wish=str(wish.uid),
        faces_destroyed=faces,
    )
    said = f"您登记的身份证号已更正为 {mask_id(person.id_number)}"
    _text(person, f"{said}，要刷脸请重新登记人脸" if faces else said, at)


def _locked(wish: Wish) -> Person:
    person = Person.objects.select_for_update().get(pk=wish.person_id)
    if person.erased_at is not None:
        raise Refused("这个人的信息已经删除。", "请刷新页面查看。")
    return person


def _keep_past(
    wish: Wish,
    person: Person,
    field: str,
    value: str,
    by: User,
    at: datetime,
    *,
    free: bool = False,
) -> None:
    PastIdentity.objects.create(
        person=person,
        field=field,
        value=value,
        value_index=person.id_index if field == "id_number" else "",
        free=free,
        wish=wish,
        by=by,
        changed_at=at,
    )


def _text(person: Person, said: str, at: datetime) -> None:
    if person.phone:
        notices.text([person.phone], f"【安澜】{said}。如非本人意愿，请联系区县人社部门。", at=at)


def _clean_name(typed: str) -> str:
    """As a roster has it: no blanks between characters, no figures."""
    name = " ".join(typed.split()) if typed.isascii() else "".join(typed.split())
    if not name or len(name) > LONGEST_NAME or any(sign.isdigit() for sign in name):
        raise BadInput("新姓名不像姓名。", "请照身份证或户口本填写。")
    return name
