"""Whose phone is whose: bound at the first use, another one is an exception that is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import transaction

from anlan.attendance.known import own_phones
from anlan.attendance.models import Device, Mark, OtherPhone
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.identity.models import Person
from anlan.lib.fields import blind_index
from anlan.lib.refusals import NotAllowed


class Told(Protocol):
    """What the phone says of itself and of why it is not the own one."""

    @property
    def other_phone(self) -> str: ...
    @property
    def label(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Phone:
    """The phone of one scan. `exception` is empty for the own phone."""

    person_id: int
    index: str
    label: str
    exception: str
    bind: bool
    instead_of: int | None = None


def device_index(device: str) -> str:
    """A keyed hash by which a phone is known again."""
    return blind_index(device, bound_to="attendance.Device")


def is_strange(person: Person, device: str) -> bool:
    """Whether the person's own phone is another one."""
    own = own_phones([person.pk]).get(person.pk)
    return own is not None and own.index != device_index(device)


def phone_of(mark: Mark, told: Told, own: Device | None) -> Phone:
    """The own phone, the first one, or an exception; a new phone takes the place of the old."""
    index = device_index(mark.device)
    if own is None:
        return Phone(mark.person_id, index, told.label, "", bind=True)
    if own.index == index:
        return Phone(mark.person_id, index, told.label, "", bind=False)
    exception = told.other_phone if told.other_phone in OtherPhone.values else OtherPhone.UNSAID
    moves = exception in (OtherPhone.NEW, OtherPhone.BROWSER)
    return Phone(mark.person_id, index, told.label, exception, moves, own.pk if moves else None)


def bind_phones(phones: Sequence[Phone], *, at: datetime) -> None:
    """Bind what is to be bound; whoever was bound a moment ago by another request stays so."""
    to_bind = [one for one in phones if one.bind]
    if not to_bind:
        return
    left = [one.instead_of for one in to_bind if one.instead_of]
    if left:
        Device.objects.filter(pk__in=left, released_at=None).update(released_at=at)
    Device.objects.bulk_create(
        [
            Device(person_id=one.person_id, index=one.index, label=one.label[:40], bound_at=at)
            for one in to_bind
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def release_phone(person: Person, *, by: User, at: datetime) -> None:
    """The person no longer signs with this phone; the next one used becomes the own one."""
    if not Device.objects.filter(person=person, released_at=None).update(released_at=at):
        raise NotAllowed("您现在没有绑定手机。", "下次扫码签到的手机会自动成为您的手机。")
    record(person.subject, "phone_released", by=by, at=at, about=person.uid)
