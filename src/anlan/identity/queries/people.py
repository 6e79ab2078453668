"""Reads of people, employments and roster uploads."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.files.sealed import open_sealed
from anlan.identity import rosters
from anlan.identity.models import (
    Employment,
    Person,
    Reveal,
    RosterUpload,
    UploadStatus,
    id_index,
    phone_index,
)
from anlan.identity.queries.past import former_names, given_up_numbers
from anlan.lib import idnumber, phones
from anlan.lib.bigrams import matching
from anlan.lib.dates import local_date
from anlan.lib.spreadsheets import Table, read_table
from anlan.organizations import queries as organizations
from anlan.organizations.models import Organization


@dataclass(frozen=True)
class RosterFilters:
    """What a roster is narrowed by; `text` is two characters of a name, a whole ID or phone."""

    text: str = ""
    role: str = ""
    department: str = ""
    left: bool = False


def roster_of(organization: Organization, by: RosterFilters | None = None) -> QuerySet[Employment]:
    """Who works there (or worked, with `left`), by name."""
    by = by or RosterFilters()
    rows = Employment.objects.filter(organization=organization, until__isnull=not by.left)
    return narrowed(rows, by)


def employments_visible_to(user: User) -> QuerySet[Employment]:
    """Open employments in every organisation whose people this user may see."""
    within = _organizations_whose_people(user).values("pk")
    return Employment.objects.filter(until=None, organization__in=within)


def narrowed(rows: QuerySet[Employment], by: RosterFilters) -> QuerySet[Employment]:
    """Employments that fit the filters, with their person and organisation."""
    if by.role:
        rows = rows.filter(role=by.role)
    if by.department:
        rows = rows.filter(department__contains=by.department)
    if by.text.strip():
        rows = rows.filter(person__in=Person.objects.filter(_sought(by.text)).values("pk"))
    return rows.select_related("person", "organization").order_by("person__name", "id")


def people_visible_to(user: User) -> QuerySet[Person]:
    """Officials: whoever works in their reach; a safety officer: the own enterprise's people.

    A class manager sees learners through classes, not here. Everybody sees themselves.
    """
    if reach(user).whole_city:
        return Person.objects.all()
    within = _organizations_whose_people(user).values("pk")
    works = Employment.objects.filter(person=OuterRef("pk"), organization__in=within)
    return Person.objects.filter(Exists(works) | Q(user=user))


def person_for(user: User, uid: UUID | str) -> Person:
    """The person if the user may see them; `Person.DoesNotExist` otherwise."""
    return people_visible_to(user).select_related("user").get(uid=uid)


def person_of(user: User) -> Person | None:
    """Who the user is, if the user is somebody who learns."""
    return Person.objects.filter(user=user).first()


def employments_of(person: Person) -> QuerySet[Employment]:
    """Where a person works and worked, the present first."""
    rows = person.employments.select_related("organization")
    return rows.order_by(F("until").desc(nulls_first=True), "-since", "-id")


def employments_shown_to(user: User, person: Person) -> QuerySet[Employment]:
    """Officials see where else somebody works; an enterprise sees its own employment only."""
    rows = employments_of(person)
    if reach(user).official or reach(user).whole_city:
        return rows
    return rows.filter(organization__in=_organizations_whose_people(user).values("pk"))


def reveals_of(person: Person) -> QuerySet[Reveal]:
    """Who looked at the person's masked data, the newest first."""
    return person.reveals.select_related("by").order_by("-at", "-id")


def uploads_of(organization: Organization) -> QuerySet[RosterUpload]:
    """Roster files of an organisation, the newest first."""
    return organization.rosters.select_related("file", "by").order_by("-at", "-id")


def upload_for(user: User, uid: UUID | str) -> RosterUpload:
    """An upload of an organisation whose safety officer the user is."""
    mine = reach(user).keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER)
    rows = RosterUpload.objects.select_related("organization", "file", "by")
    return rows.get(uid=uid, organization__uid__in=mine)


def rosters_to_import() -> QuerySet[RosterUpload]:
    """Confirmed uploads, and those whose worker was killed half-way; the oldest first."""
    waiting = [UploadStatus.QUEUED, UploadStatus.IMPORTING]
    rows = RosterUpload.objects.filter(status__in=waiting)
    return rows.select_related("organization", "file", "by").order_by("at", "id")


def clear_rosters() -> QuerySet[RosterUpload]:
    """Files that were kept before files were sealed, and are still there."""
    rows = RosterUpload.objects.filter(sha256="", file__removed_at=None)
    return rows.select_related("file").order_by("id")


def table_of(upload: RosterUpload) -> Table:
    """The file's rows, read again and unsealed in memory. Raises `BadSpreadsheet`, `NotOpened`."""
    return read_table(
        open_sealed(upload.file, upload.file_key, upload.sha256),
        filename=upload.file.name,
        sheet=upload.sheet or None,
        expected=rosters.EXPECTED,
    )


def reading_of(upload: RosterUpload, table: Table) -> rosters.Reading:
    """The rows as understood by the present mapping, on the day of the upload."""
    return rosters.understand(table, upload.mapping, today=local_date(upload.at))


def name_conflicts(reading: rosters.Reading) -> dict[int, str]:
    """Row number → the other name under which the row's ID number is registered.

    A former name of the same person is none.
    """
    by_index = {id_index(row.id_number): row for row in reading.good.values()}
    keys = list(by_index)
    other: dict[int, Person] = {}
    for start in range(0, len(keys), 500):
        batch = Person.objects.filter(id_index__in=keys[start : start + 500])
        for person in batch.only("id_index", "name"):
            if by_index[person.id_index].name != person.name:
                other[by_index[person.id_index].number] = person
    former = former_names(other.values()) if other else {}
    return {
        number: person.name
        for number, person in other.items()
        if reading.good[number].name not in former.get(person.pk, set())
    }


def _given_up(reading: rosters.Reading) -> dict[int, list[str]]:
    """Rows whose number its holder has had corrected."""
    by_index = {id_index(row.id_number): row.number for row in reading.good.values()}
    keys = list(by_index)
    parts = (given_up_numbers(keys[start : start + 500]) for start in range(0, len(keys), 500))
    return {by_index[key]: [rosters.NUMBER_GIVEN_UP] for part in parts for key in part}


def problems_of(reading: rosters.Reading) -> dict[int, list[str]]:
    """Every row that an import would leave out, with the reasons: by itself and by the records."""
    clashes = name_conflicts(reading)
    said = {
        number: [rosters.another_name(known, reading.good[number].name)]
        for number, known in clashes.items()
    }
    return dict(sorted((reading.problems | said | _given_up(reading)).items()))


def _organizations_whose_people(user: User) -> QuerySet[Organization]:
    seen = reach(user)
    if seen.official or seen.whole_city:
        return organizations.visible_to(user)
    mine = seen.keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER)
    return Organization.objects.filter(uid__in=mine)


def _sought(text: str) -> Q:
    """A whole ID number or phone is found by its blind index, anything else in the name."""
    try:
        return Q(id_index=id_index(idnumber.parse(text).number))
    except idnumber.BadIdNumber:
        pass
    try:
        return Q(phone_index=phone_index(phones.parse(text)))
    except phones.BadPhone:
        return matching("search", text)
