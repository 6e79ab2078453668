"""People as a screen may show them: numbers masked, names in full for those who work with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.identity.models import Employment, Person
from anlan.lib import idnumber
from anlan.lib.masking import mask_id, mask_name, mask_phone

_SEXES = {"male": "男", "female": "女"}


@dataclass(frozen=True)
class ShownPerson:
    """One person's data as text, masked where it has to be."""

    uid: UUID
    name: str
    id_number: str
    phone: str
    sex: str
    birth: date | None
    is_synthetic: bool

    @classmethod
    def of(
        cls, person: Person, *, by_name: bool = False, revealed: dict[str, str] | None = None
    ) -> "ShownPerson":
        """`revealed` are fields that were just revealed, with their values."""
        seen = revealed or {}
        erased = person.erased_at is not None
        said = idnumber.parse(person.id_number) if person.id_number else None
        return cls(
            uid=person.uid,
            name=person.name if erased or by_name or "name" in seen else mask_name(person.name),
            id_number=person.id_number if "id_number" in seen else mask_id(person.id_number),
            phone=person.phone if "phone" in seen else mask_phone(person.phone),
            sex=_SEXES[said.sex] if said else "",
            birth=said.birth if said else None,
            is_synthetic=person.is_synthetic,
        )


@dataclass(frozen=True)
class Hand:
    """One employment as a row: who, as what, where, since when."""

    person: ShownPerson
    organization: str
    organization_uid: UUID
    role: str
    trade: str
    department: str
    since: date
    until: date | None


def hands(jobs: Iterable[Employment], *, by_name: bool) -> list[Hand]:
    """Employments with their codes as words."""
    return [
        Hand(
            person=ShownPerson.of(job.person, by_name=by_name),
            organization=job.organization.name,
            organization_uid=job.organization.uid,
            role=codes.code_name(System.OCCUPATION_ROLE, job.role),
            trade=job.trade,
            department=job.department,
            since=job.since,
            until=job.until,
        )
        for job in jobs
    ]
