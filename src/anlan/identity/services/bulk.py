"""Many people of one organisation in one transaction, by few statements.

Ends with the same records as `register_person` and `employ` would for each row, one ledger line
`person_registered` for each new person; where they work is evidenced by the caller's line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger import services as ledger
from anlan.identity.models import Employment, Person, id_index, phone_index
from anlan.identity.queries.past import former_names, given_up_numbers
from anlan.identity.rosters import NUMBER_GIVEN_UP, PersonRow, another_name, renamed_note
from anlan.identity.services.people import new_person, registration_line
from anlan.lib.dates import local_date
from anlan.organizations.models import Organization

AT_ONCE = 500


@dataclass(frozen=True)
class NewHand:
    """For whom, by whom and when people are enrolled; `source` names the file they came from."""

    organization: Organization
    by: User | None
    at: datetime
    synthetic: bool = False
    source: str = ""

    @property
    def day(self) -> date:
        return local_date(self.at)


@dataclass
class Outcome:
    """Row numbers by what became of them, and what there is to say about some."""

    new: list[int] = field(default_factory=list)
    updated: list[int] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    problems: dict[int, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Known:
    """What the database holds about the rows of one batch."""

    people: Mapping[str, Person]
    jobs: Mapping[int, Employment]
    elsewhere: frozenset[int]
    former: Mapping[int, set[str]]
    given_up: set[str]


@transaction.atomic
def enrol_people(rows: Sequence[PersonRow], hand: NewHand) -> Outcome:
    """Register and employ; at most some hundred rows a call, each ID number once.

    new: not on this organisation's list before; updated: something changed; same: nothing did.
    """
    outcome = Outcome()
    known = _known(rows, hand.organization)
    fit = [row for row in rows if not _does_not_fit(row, known, outcome)]
    people = _register(fit, known, hand)
    moved = _change_phones(fit, known, outcome)
    _employ(fit, people, known, hand, moved, outcome)
    return outcome


def _known(rows: Sequence[PersonRow], organization: Organization) -> _Known:
    keys = [id_index(row.id_number) for row in rows]
    found = Person.objects.filter(id_index__in=keys).defer("id_number", "phone")
    people = {person.id_index: person for person in found.select_related("user")}
    open_jobs = Employment.objects.filter(person__in=list(people.values()), until=None)
    jobs: dict[int, Employment] = {}
    elsewhere: set[int] = set()
    for job in open_jobs:
        if job.organization_id == organization.pk:
            jobs[job.person_id] = job
        else:
            elsewhere.add(job.person_id)
    renamed = [
        one
        for row, key in zip(rows, keys, strict=True)
        if (one := people.get(key)) is not None and one.name != row.name
    ]
    return _Known(
        people,
        jobs,
        frozenset(elsewhere),
        former_names(renamed) if renamed else {},
        given_up_numbers(key for key in keys if key not in people),
    )


def _does_not_fit(row: PersonRow, known: _Known, outcome: Outcome) -> bool:
    key = id_index(row.id_number)
    person = known.people.get(key)
    if person is None and key in known.given_up:
        outcome.problems[row.number] = [NUMBER_GIVEN_UP]
        return True
    if person is None or person.name == row.name:
        return False
    if row.name in known.former.get(person.pk, set()):
        outcome.notes.append(renamed_note(row.number, person.name))
        return False
    outcome.problems[row.number] = [another_name(person.name, row.name)]
    return True


def _register(rows: Sequence[PersonRow], known: _Known, hand: NewHand) -> dict[str, Person]:
    """Every row's person by blind index, those unknown until now among them."""
    fresh = {
        id_index(row.id_number): new_person(
            row.name, row.id_number, row.phone, at=hand.at, synthetic=hand.synthetic
        )
        for row in rows
        if id_index(row.id_number) not in known.people
    }
    Person.objects.bulk_create(fresh.values(), batch_size=AT_ONCE)
    data = {"source": hand.source} if hand.source else {}
    ledger.record_many(
        [registration_line(p, by=hand.by, at=hand.at, **data) for p in fresh.values()]
    )
    return {**known.people, **fresh}


def _change_phones(rows: Sequence[PersonRow], known: _Known, outcome: Outcome) -> set[int]:
    """Take over another number only where no account or employer elsewhere rests on the old one.

    Otherwise a stranger's roster could carry a learner's log-in away.
    """
    changed: list[Person] = []
    for row in rows:
        person = known.people.get(id_index(row.id_number))
        index = phone_index(row.phone) if row.phone else ""
        if person is None or not index or index == person.phone_index:
            continue
        entered = person.user is not None and person.user.last_login is not None
        if person.phone_index and (entered or person.pk in known.elsewhere):
            outcome.notes.append(
                f"第 {row.number} 行：手机号与本人在用的不同，未改动；确已换号的，请在名册里更正。"
            )
            continue
        person.phone, person.phone_index = row.phone, index
        changed.append(person)
    Person.objects.bulk_update(changed, ["phone", "phone_index"], batch_size=AT_ONCE)
    return {person.pk for person in changed}


def _employ(
    rows: Sequence[PersonRow],
    people: Mapping[str, Person],
    known: _Known,
    hand: NewHand,
    moved: set[int],
    outcome: Outcome,
) -> None:
    fresh: list[Employment] = []
    changed: list[Employment] = []
    for row in rows:
        person = people[id_index(row.id_number)]
        job = known.jobs.get(person.pk)
        if job is None:
            fresh.append(_job(person, row, hand))
            outcome.new.append(row.number)
        elif _brought_up_to_date(job, row):
            changed.append(job)
            outcome.updated.append(row.number)
        else:
            (outcome.updated if person.pk in moved else outcome.same).append(row.number)
    Employment.objects.bulk_create(fresh, batch_size=AT_ONCE)
    Employment.objects.bulk_update(changed, ["role", "trade", "department"], batch_size=AT_ONCE)


def _job(person: Person, row: PersonRow, hand: NewHand) -> Employment:
    return Employment(
        person=person,
        organization=hand.organization,
        role=row.role,
        trade=row.trade,
        department=row.department,
        since=hand.day,
    )


def _brought_up_to_date(job: Employment, row: PersonRow) -> bool:
    """A blank cell keeps what is known."""
    told = (row.role, row.trade or job.trade, row.department or job.department)
    if told == (job.role, job.trade, job.department):
        return False
    job.role, job.trade, job.department = told
    return True
