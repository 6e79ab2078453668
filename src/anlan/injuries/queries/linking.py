"""Which enterprise and which person a row speaks of."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from anlan.identity.models import Person
from anlan.injuries.models import EmployerName, Source
from anlan.injuries.rows import Row, normal
from anlan.organizations.models import Organization

AT_ONCE = 500
_COLUMNS = ("pk", "district", "industry", "key_industry", "is_synthetic")


@dataclass(frozen=True, slots=True)
class Employer:
    """What a case takes over from its enterprise where the file doesn't say."""

    pk: int
    district: str
    industry: str
    key_industry: str
    synthetic: bool


@dataclass(frozen=True)
class Links:
    """Enterprises by credit code and by name, people by the blind index of their ID number.

    A name that two enterprises bear finds none; one that an official has decided finds what was
    said, by the decision's own number.
    """

    by_code: dict[str, Employer]
    by_name: dict[str, Employer]
    decided: dict[str, tuple[int, Employer | None]]
    people: dict[str, int]
    foreign: bool = False

    def employer(self, row: Row) -> tuple[Employer | None, int | None]:
        """By credit code where it is registered, else by name, else by an official's decision.

        The second is the decision's number where it was used.
        """
        code, name = row.link.get("uscc", ""), normal(row.case.get("employer_name", ""))
        found = self.by_code.get(code) or (self.by_name.get(name) if name else None)
        if found is not None or name not in self.decided:
            return found, None
        decision, meant = self.decided[name]
        return meant, decision if meant is not None else None

    def waits(self, row: Row) -> bool:
        """Whether an official should say which enterprise the row's name means."""
        name = normal(row.case.get("employer_name", ""))
        known = name in self.decided or self.foreign
        return bool(name) and not known and self.employer(row)[0] is None

    def person(self, row: Row) -> int | None:
        return self.people.get(row.link.get("id_index", ""))


def links_of(rows: Iterable[Row], source: Source) -> Links:
    """Reads what these rows may point at, a few hundred at a time."""
    kept = list(rows)
    usccs = {row.link["uscc"] for row in kept if row.link.get("uscc")}
    names = {row.case["employer_name"] for row in kept if row.case.get("employer_name")}
    indexes = {row.link["id_index"] for row in kept if row.link.get("id_index")}
    by_code = {code: one for code, _, one in _employers("uscc", usccs)}
    homes: dict[str, list[Employer]] = defaultdict(list)
    for _, name, one in _employers("name", {form for n in names for form in spellings(n)}):
        homes[normal(name)].append(one)
    by_name = {name: found[0] for name, found in homes.items() if len(found) == 1}
    people = {
        index: pk
        for some in _some(sorted(indexes))
        for index, pk in Person.objects.filter(id_index__in=some).values_list("id_index", "pk")
    }
    decided = _decided(source, {normal(name) for name in names})
    return Links(by_code, by_name, decided, people, source.foreign)


def _decided(source: Source, names: set[str]) -> dict[str, tuple[int, Employer | None]]:
    """What officials have said of this source's names; of two ways to write one the later."""
    columns = [f"organization__{name}" for name in _COLUMNS]
    rows = EmployerName.objects.filter(source=source, undone_at=None).order_by("id")
    found = {}
    for pk, name, organization, *rest in rows.values_list("pk", "name", *columns):
        if normal(name) in names:
            meant = None if organization is None else Employer(organization, *rest)
            found[normal(name)] = (pk, meant)
    return found


def _employers(column: str, wanted: set[str]) -> Iterator[tuple[str, str, Employer]]:
    for some in _some(sorted(wanted)):
        rows = Organization.objects.filter(**{f"{column}__in": some})
        found = rows.values_list("uscc", "name", *_COLUMNS)
        for code, name, *rest in found:
            yield code, name, Employer(*rest)


def spellings(name: str) -> set[str]:
    """As written, and with brackets of either width: （济南） and (济南) are the same firm."""
    plain = "".join(unicodedata.normalize("NFKC", name).split())
    return {name, plain, plain.replace("(", "（").replace(")", "）")}


def _some(wanted: list[str]) -> Iterator[list[str]]:
    yield from (wanted[at : at + AT_ONCE] for at in range(0, len(wanted), AT_ONCE))
