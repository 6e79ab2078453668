"""Who somebody was on record before a correction: what papers and ledger lines of then bear."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from anlan.identity.models import PastIdentity, Person, id_index
from anlan.lib.dates import date_text, local_date

Committed = dict[str, dict[str, str]]


def past_of(people: Iterable[Person]) -> dict[int, list[PastIdentity]]:
    """Former names and numbers by person, the newest first; one question for all of them."""
    found: dict[int, list[PastIdentity]] = defaultdict(list)
    keys = {one.pk for one in people}
    for one in PastIdentity.objects.filter(person__in=keys).order_by("-changed_at", "-id"):
        found[one.person_id].append(one)
    return found


def former_names(people: Iterable[Person]) -> dict[int, set[str]]:
    """Names that a roster or a paper of earlier days may still bear, by person."""
    return {
        pk: {one.value for one in rows if one.field == "name"}
        for pk, rows in past_of(people).items()
    }


def name_then(person: Person, moment: datetime) -> str:
    """The name that was on record at a moment: what was printed or signed then bears it."""
    rows = person.past.filter(field="name", changed_at__gt=moment)
    first = rows.order_by("changed_at", "id").first()
    return first.value if first else person.name


def committed_variants(person: Person, past: Iterable[PastIdentity]) -> list[Committed]:
    """What ledger lines may have committed to, from now back to the registration."""
    held = {"name": person.name, "id_number": person.id_number}
    found: list[Committed] = [{"learner": dict(held)}]
    for one in past:
        held[one.field] = one.value
        found.append({"learner": dict(held)})
    return found


def committed_then(person: Person, moment: datetime) -> Committed:
    """What a ledger line of a moment committed to."""
    later = person.past.filter(changed_at__gt=moment).order_by("-changed_at", "-id")
    return committed_variants(person, later)[-1]


def given_up_numbers(numbers: Iterable[str]) -> set[str]:
    """Blind indexes of ID numbers that were corrected and are nobody else's."""
    rows = PastIdentity.objects.filter(field="id_number", free=False)
    return set(rows.filter(value_index__in=list(numbers)).values_list("value_index", flat=True))


def number_was_given_up(number: str) -> bool:
    return bool(given_up_numbers([id_index(number)]))


def words_of(person: Person) -> str:
    """曾用名王样（至2026年11月23日）: for what is kept of a person who was deleted."""
    labels = {"name": "曾用名", "id_number": "原身份证号"}
    return "；".join(
        f"{labels[one.field]}{one.value}（至{date_text(local_date(one.changed_at))}）"
        for one in past_of([person]).get(person.pk, [])
    )
