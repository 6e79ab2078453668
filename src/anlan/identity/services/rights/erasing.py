"""Erasing a person: what may go goes at once, what must stay leads to nobody without the city.

The row of the person stays as a tombstone. Where a law keeps records of the person, name and ID
number lie in `Retained` until the last of them ends; then the person's key is destroyed too, so
that commitments and archive parts open no more (ADR 0010). Ledger and archives are not touched.
"""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.intake.cutoffs import cut_off
from anlan.foundation.ledger.services import destroy_key, record
from anlan.identity.kept import kinds
from anlan.identity.models import FIELD_NAMES, Person, Retained, Reveal
from anlan.identity.models.people import ERASED
from anlan.identity.queries.past import words_of
from anlan.identity.queries.rights import law_of, plan_for
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, Refused


@transaction.atomic
def erase_person(person: Person, *, by: User | None, at: datetime) -> list[dict[str, Any]]:
    """Erase; answers what became of each kind. The caller has seen to it that nothing holds."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.erased_at is not None:
        raise Refused("这个人的信息已经删除。", "请刷新页面查看。")
    plans = plan_for(person, at)
    former = words_of(person)
    outcome = []
    for plan in reversed(plans):
        done = plan.kind.erase(person, at)
        kept = done.kept
        if plan.until is None:
            done_too = plan.kind.end(person, at)
            kept = max(kept - done_too, 0)
        outcome.append(
            {
                "key": plan.kind.key,
                "title": plan.kind.title,
                "erased": done.erased,
                "kept": kept,
                "until": plan.until.isoformat() if plan.until else "",
                "law": plan.law,
            }
        )
    stays = {one.kind.key: one.until for one in plans if one.until is not None}
    _retain(person, former, stays, at)
    _close_account(person, at=at)
    _bury(person, at=at)
    if not stays:
        destroy_key(str(person.uid), by=by, at=at)
    _note(person, by, at, outcome, stays)
    return outcome[::-1]


def _retain(person: Person, former: str, stays: dict[str, date], at: datetime) -> None:
    if not stays:
        return
    told = [
        {
            "key": one.key,
            "title": one.title,
            "until": stays[one.key].isoformat(),
            "law": law_of(one, at),
        }
        for one in kinds()
        if one.key in stays
    ]
    Retained.objects.create(
        person=person,
        name=person.name,
        id_number=person.id_number,
        former=former,
        kinds=told,
        restricted_until=max(stays.values()),
        at=at,
    )


def _bury(person: Person, *, at: datetime) -> None:
    """The tombstone. Its index is free of the number, so that who comes back is somebody new."""
    person.name, person.search = ERASED, ""
    person.id_number, person.id_index = "", f"erased-{person.uid.hex}"
    person.phone, person.phone_index = "", ""
    person.erased_at = at
    person.save()


def _close_account(person: Person, *, at: datetime) -> None:
    user = person.user
    if user is None:
        return
    cut_off(user, at=at)
    user.name, user.is_active, user.password = ERASED, False, make_password(None)
    user.save(update_fields=["name", "is_active", "password"])


def _note(
    person: Person,
    by: User | None,
    at: datetime,
    outcome: list[dict[str, Any]],
    stays: dict[str, date],
) -> None:
    record(
        person.subject,
        "person_erased",
        by=by,
        at=at,
        about=person.uid,
        erased=sum(one["erased"] for one in outcome),
        kept=sum(one["kept"] for one in outcome),
        until=max(stays.values()).isoformat() if stays else "",
    )


@transaction.atomic
def end_restriction(kept: Retained, *, at: datetime) -> bool:
    """The last law has let go: identity, key and what still pointed to the person end."""
    mine = Retained.objects.select_for_update().get(pk=kept.pk)
    if mine.ended_at is not None or mine.restricted_until >= local_date(at):
        return False
    for kind in reversed(kinds()):
        kind.end(mine.person, at)
    mine.name, mine.id_number, mine.former, mine.ended_at = "", "", "", at
    mine.save(update_fields=["name", "id_number", "former", "ended_at"])
    destroy_key(str(mine.person.uid), by=None, at=at)
    return True


@transaction.atomic
def reveal_retained(person: Person, *, reason: str, by: User, at: datetime) -> dict[str, str]:
    """Who a deleted person was, once, for a reason: what the law keeps must be usable."""
    if not reason.strip():
        raise BadInput("查看受限的身份要写明理由。", "例如：工伤待遇争议调查，并写明案号。")
    kept = Retained.objects.filter(person=person, ended_at=None).first()
    if kept is None:
        raise Refused("这个人的身份已不再保存。", "保存期限已满，或没有法律要求保存。")
    said = reason.strip()[:200]
    Reveal.objects.create(person=person, field="retained", reason=said, by=by, at=at)
    record(person.subject, "retained_revealed", by=by, at=at, about=person.uid, reason=said)
    told = {FIELD_NAMES["name"]: kept.name, FIELD_NAMES["id_number"]: kept.id_number}
    return told | ({"更正前": kept.former} if kept.former else {})
