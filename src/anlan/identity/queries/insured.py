"""Reads of insured lists and of files compared with them."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from anlan.foundation.accounts.models import User
from anlan.foundation.accounts.policies import is_city_official
from anlan.identity.insured import CHECK_FIELDS, LIST_FIELDS, Insured
from anlan.identity.models import (
    InsuredCheck,
    InsuredList,
    InsuredPerson,
    Person,
    SealedStatus,
    id_index,
)
from anlan.lib.columns import Wanted
from anlan.lib.dates import day_bounds, local_date
from anlan.lib.fields import blind_index
from anlan.lib.sealed_bytes import open_bytes
from anlan.lib.spreadsheets import Limits, Table, read_table
from anlan.organizations import queries as organizations
from anlan.organizations.models import Organization

AT_ONCE = 1000
OVER = (SealedStatus.DONE, SealedStatus.FAILED, SealedStatus.DISCARDED)
WAITING = (SealedStatus.QUEUED, SealedStatus.RUNNING)
MEGABYTE = 1 << 20
LIST_MB, LIST_ROWS = 50, 200_000
LIST_LIMITS = Limits(max_bytes=LIST_MB * MEGABYTE, max_unpacked_bytes=800 * MEGABYTE)
CHECK_LIMITS = Limits()
T = TypeVar("T")


def limits_of(kind: type[InsuredList] | type[InsuredCheck]) -> Limits:
    """A list is a city's, a file to compare one employer's."""
    if kind is InsuredCheck:
        return CHECK_LIMITS
    return Limits(
        max_bytes=LIST_LIMITS.max_bytes,
        max_unpacked_bytes=LIST_LIMITS.max_unpacked_bytes,
        max_rows=LIST_ROWS,
    )


def fields_of(kind: type[InsuredList] | type[InsuredCheck]) -> tuple[Wanted, ...]:
    return LIST_FIELDS if kind is InsuredList else CHECK_FIELDS


def read(content: bytes, name: str, sheet: str, kind: type[InsuredList | InsuredCheck]) -> Table:
    """The rows of a file of this kind. Raises `BadSpreadsheet`."""
    expected = [name for wanted in fields_of(kind) for name in wanted.names]
    return read_table(
        content, filename=name, sheet=sheet or None, expected=expected, limits=limits_of(kind)
    )


def table_of(upload: InsuredList | InsuredCheck) -> Table:
    """The rows of the sealed file; nothing of it is written down in clear."""
    content = open_bytes(upload.file.path.read_bytes(), upload.key, bound_to=str(upload.uid))
    return read(content, upload.name, upload.sheet, type(upload))


def insured_index(number: str) -> str:
    """The blind index of a number in a list: another one than a person's, so that the two tables
    don't meet in a stolen database."""
    return blind_index(number, bound_to="identity.InsuredPerson")


def lists_visible_to(user: User) -> QuerySet[InsuredList]:
    """The city keeps them."""
    if not is_city_official(user):
        return InsuredList.objects.none()
    return InsuredList.objects.select_related("file", "by").order_by("-at", "-id")


def list_for(user: User, uid: UUID | str) -> InsuredList:
    return lists_visible_to(user).get(uid=uid)


def lists_in_force() -> QuerySet[InsuredList]:
    return InsuredList.objects.filter(in_force=True).order_by("-as_of", "-id")


def complete_to() -> date | None:
    """Up to which day the lists in force are complete: the earliest of theirs; None without one."""
    days = list(lists_in_force().values_list("as_of", flat=True))
    return min(days) if days else None


def lists_to_import() -> QuerySet[InsuredList]:
    rows = InsuredList.objects.filter(status__in=WAITING)
    return rows.select_related("file", "by").order_by("at", "id")


def checks_of_user(user: User, organization: Organization | None = None) -> QuerySet[InsuredCheck]:
    """What the user has handed in and may still take, the newest first."""
    rows = InsuredCheck.objects.filter(by=user)
    if organization is not None:
        rows = rows.filter(organization=organization)
    return rows.select_related("organization", "file", "by", "result").order_by("-at", "-id")


def insured_check_for(user: User, uid: UUID | str) -> InsuredCheck:
    """The uploader's own, of an organisation that the user still sees."""
    check = checks_of_user(user).get(uid=uid)
    organizations.organization_for(user, check.organization.uid)
    return check


def checks_to_run() -> QuerySet[InsuredCheck]:
    rows = InsuredCheck.objects.filter(status__in=WAITING)
    return rows.select_related("organization", "file", "by").order_by("queued_at", "id")


def rows_asked_today(organization: Organization, at: datetime) -> int:
    """Rows that were handed in for an organisation since midnight."""
    first, end = day_bounds(local_date(at))
    rows = InsuredCheck.objects.filter(
        organization=organization, queued_at__gte=first, queued_at__lt=end
    )
    return int(rows.aggregate(all=Sum("rows_total"))["all"] or 0)


def people_by_number(numbers: Collection[str]) -> dict[str, Person]:
    """Who is registered under these numbers, by number; name and key alone are read."""
    by_index = {id_index(number): number for number in numbers}
    found: dict[str, Person] = {}
    for part in _parts(by_index):
        rows = Person.objects.filter(id_index__in=part, erased_at=None)
        for person in rows.only("id", "name", "id_index", "is_synthetic"):
            found[by_index[person.id_index]] = person
    return found


def insured_by_number(numbers: Collection[str]) -> dict[str, list[Insured]]:
    """Stretches of the lists in force, by number."""
    by_index = {insured_index(number): number for number in numbers}
    found: dict[str, list[Insured]] = {}
    for part in _parts(by_index):
        rows = InsuredPerson.objects.filter(id_index__in=part, list__in_force=True)
        for index, uscc, since, until in rows.values_list("id_index", "uscc", "since", "until"):
            found.setdefault(by_index[index], []).append(Insured(uscc, since, until))
    return found


def employers_named(codes: Iterable[str]) -> dict[str, str]:
    """Names by 统一社会信用代码, of those that are on file."""
    found: dict[str, str] = {}
    for part in _parts(sorted(set(codes))):
        rows = Organization.objects.filter(uscc__in=part).values_list("uscc", "name")
        found.update(dict(rows))
    return found


def stretches_of_person(person: Person) -> QuerySet[InsuredPerson]:
    rows = InsuredPerson.objects.filter(id_index=insured_index(person.id_number))
    return rows.select_related("list").order_by("id")


def lists_past(day: date) -> QuerySet[InsuredList]:
    """In force, imported before that day: too old to say anything."""
    first, _ = day_bounds(day)
    return InsuredList.objects.filter(in_force=True, finished_at__lt=first)


def rows_to_drop() -> QuerySet[InsuredPerson]:
    """Rows of lists that another took the place of, that failed or were given up."""
    return InsuredPerson.objects.filter(list__in_force=False, list__status__in=OVER)


def list_files_to_end(before: datetime) -> QuerySet[InsuredList]:
    """Files of lists that are over since then, and of those that nobody confirmed."""
    over = Q(finished_at__lt=before) | Q(status=SealedStatus.UPLOADED, at__lt=before)
    return InsuredList.objects.filter(over, file__removed_at=None).select_related("file")


def checks_to_end(at: datetime) -> QuerySet[InsuredCheck]:
    rows = InsuredCheck.objects.filter(ended_at=None, expires_at__lte=at)
    return rows.select_related("file", "result").order_by("expires_at", "id")


def _parts(keys: Iterable[T]) -> Iterator[list[T]]:
    found = list(keys)
    for start in range(0, len(found), AT_ONCE):
        yield found[start : start + AT_ONCE]
