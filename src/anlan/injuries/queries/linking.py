"""Which enterprise and which person a row speaks of."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from anlan.identity.models import Person
from anlan.injuries.rows import Row, normal
from anlan.organizations.models import Organization

AT_ONCE = 500


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

    A name that two enterprises bear finds none.
    """

    by_code: dict[str, Employer]
    by_name: dict[str, Employer]
    people: dict[str, int]

    def employer(self, row: Row) -> Employer | None:
        """By credit code where the row has one that is registered; else by name."""
        code, name = row.link.get("uscc", ""), row.case.get("employer_name", "")
        return self.by_code.get(code) or (self.by_name.get(normal(name)) if name else None)

    def person(self, row: Row) -> int | None:
        return self.people.get(row.link.get("id_index", ""))


def links_of(rows: Iterable[Row]) -> Links:
    """Reads what these rows may point at, a few hundred at a time."""
    kept = list(rows)
    usccs = {row.link["uscc"] for row in kept if row.link.get("uscc")}
    names = {row.case["employer_name"] for row in kept if row.case.get("employer_name")}
    indexes = {row.link["id_index"] for row in kept if row.link.get("id_index")}
    by_code = {code: one for code, _, one in _employers("uscc", usccs)}
    homes: dict[str, list[Employer]] = defaultdict(list)
    for _, name, one in _employers("name", {form for n in names for form in _spellings(n)}):
        homes[normal(name)].append(one)
    by_name = {name: found[0] for name, found in homes.items() if len(found) == 1}
    people = {
        index: pk
        for some in _some(sorted(indexes))
        for index, pk in Person.objects.filter(id_index__in=some).values_list("id_index", "pk")
    }
    return Links(by_code, by_name, people)


def _employers(column: str, wanted: set[str]) -> Iterator[tuple[str, str, Employer]]:
    names = ("uscc", "name", "pk", "district", "industry", "key_industry", "is_synthetic")
    for some in _some(sorted(wanted)):
        found = Organization.objects.filter(**{f"{column}__in": some}).values_list(*names)
        for code, name, *rest in found:
            yield code, name, Employer(*rest)


def _spellings(name: str) -> set[str]:
    """As written, and with brackets of either width: （济南） and (济南) are the same firm."""
    plain = "".join(unicodedata.normalize("NFKC", name).split())
    return {name, plain, plain.replace("(", "（").replace(")", "）")}


def _some(wanted: list[str]) -> Iterator[list[str]]:
    yield from (wanted[at : at + AT_ONCE] for at in range(0, len(wanted), AT_ONCE))
