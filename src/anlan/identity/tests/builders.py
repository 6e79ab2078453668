"""What the stories of this room begin with."""

from collections.abc import Sequence
from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.foundation.accounts.models import User
from anlan.identity import services
from anlan.identity.models import Person, RosterUpload
from anlan.identity.rosters import TEMPLATE_HEADERS
from anlan.lib import idnumber, phones
from anlan.lib.spreadsheets import write_table
from anlan.organizations.models import Organization
from anlan.testing.cast import NOW, an_id_number

Row = tuple[str, str, str, str, str, str]


def an_id(serial: int) -> str:
    """A valid number of nobody, one for each serial."""
    birth = date(1970 + serial // 12000 % 30, 1 + serial // 1000 % 12, 1)
    return idnumber.synthetic("370199", birth, serial % 1000)


def a_row(serial: int, **other: str) -> Row:
    """A good row: name, ID number, phone, role, trade, department."""
    facts = {
        "name": f"王{chr(0x4E00 + serial % 5000)}",
        "id_number": an_id(serial),
        "phone": phones.synthetic(serial),
        "role": "一线员工",
        "trade": "钳工",
        "department": "一车间",
    } | other
    return (
        facts["name"],
        facts["id_number"],
        facts["phone"],
        facts["role"],
        facts["trade"],
        facts["department"],
    )


def a_file(rows: Sequence[Sequence[str]], name: str = "花名册.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, write_table("", TEMPLATE_HEADERS, rows))


def uploaded(rows: Sequence[Sequence[str]], organization: Organization, by: User) -> RosterUpload:
    return services.upload_roster(a_file(rows), organization, by=by, at=NOW)


def imported(rows: Sequence[Sequence[str]], organization: Organization, by: User) -> RosterUpload:
    """A roster through upload, confirmation and import."""
    roster = uploaded(rows, organization, by)
    services.confirm_roster(roster, by=by, at=NOW)
    return services.import_roster(roster, at=NOW)


def a_worker(organization: Organization, by: User, serial: int = 7) -> Person:
    """Somebody registered and employed."""
    person, _new = services.register_person(
        name="李样例",
        id_number=an_id_number(serial),
        phone=phones.synthetic(serial),
        by=by,
        at=NOW,
        synthetic=True,
    )
    services.employ(person, organization, role="worker", trade="焊工", on=NOW.date(), by=by)
    return person
