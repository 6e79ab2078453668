"""A wish as a screen may show it: the person masked, the clock as words."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from anlan.identity.models import OPEN_WISHES, Wish
from anlan.lib.dates import local_date
from anlan.lib.masking import mask_id, mask_name, mask_phone


@dataclass(frozen=True)
class ShownWish:
    """One row, or the head of its page. `late`: open when its last day was over."""

    uid: UUID
    person: str
    id_number: str
    phone: str
    kind: str
    way: str
    status: str
    status_label: str
    received_on: date
    last_day: date
    open: bool
    late: bool
    desk: str

    @classmethod
    def of(cls, wish: Wish, at: datetime) -> "ShownWish":
        person = wish.person
        erased = person.erased_at is not None
        still_open = wish.status in OPEN_WISHES
        label = str(wish.get_status_display())
        if wish.deletion is not None:
            label = str(wish.deletion.get_status_display())
        return cls(
            uid=wish.uid,
            person=person.name if erased else mask_name(person.name),
            id_number=mask_id(person.id_number),
            phone=mask_phone(person.phone),
            kind=str(wish.get_kind_display()),
            way=str(wish.get_way_display()),
            status=wish.deletion.status if wish.deletion is not None else wish.status,
            status_label=label,
            received_on=wish.received_on,
            last_day=local_date(wish.due_at - timedelta(seconds=1)),
            open=still_open,
            late=still_open and wish.due_at <= at,
            desk=wish.desk.name if wish.desk else "",
        )
