"""A morning's register and people to sign it. The cast's clock is 09:00; class begins at 08:30."""

from datetime import datetime, timedelta
from decimal import Decimal

from anlan.attendance.models import Register
from anlan.attendance.services import open_register
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import keep
from anlan.foundation.ledger.models import Entry
from anlan.foundation.rules.queries import rulebook
from anlan.identity.models import Person, id_index
from anlan.lib.dates import local_date
from anlan.testing.cast import NOW, an_id_number

BEGIN = NOW - timedelta(minutes=30)
END = BEGIN + timedelta(hours=4)


def after(minutes: float) -> datetime:
    """So many minutes after the class began; negative is before."""
    return BEGIN + timedelta(minutes=minutes)


def a_morning(title: str = "上午课", begin: datetime = BEGIN) -> Register:
    """Four 学时 in 240 minutes: opens 40 minutes before, closes 60 after, late after 15."""
    return open_register(
        title=title,
        place="一号教室",
        starts_at=begin,
        ends_at=begin + timedelta(hours=4),
        hours=Decimal(4),
        rules=rulebook(local_date(begin)),
    )


def a_person(serial: int = 1, name: str = "演示甲") -> Person:
    number = an_id_number(serial)
    return Person.objects.create(
        name=name, id_number=number, id_index=id_index(number), created_at=NOW, is_synthetic=True
    )


def a_scan() -> StoredFile:
    return keep([b"%PDF-1.7 signed sheet"], name="签到表.pdf", by=None, at=NOW)


def lines(register: Register) -> list[str]:
    """The verbs that the ledger holds of a register, in order."""
    written = Entry.objects.filter(subject=register.subject).order_by("id")
    return list(written.values_list("verb", flat=True))
