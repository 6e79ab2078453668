"""Writing an insured list: known enterprises into the denominators, the others to wait by name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from anlan.injuries.fields import Part
from anlan.injuries.models import Batch, Source, WaitingHeadcount
from anlan.injuries.queries.linking import links_of
from anlan.injuries.queries.naming import waiting_by_key
from anlan.injuries.rows import Row
from anlan.injuries.services.comparing import Tally
from anlan.lib.refusals import Refused
from anlan.organizations.headcount_queries import Cell, standing
from anlan.organizations.headcount_services import take_back_headcounts, tell_headcounts

AT_ONCE = 1000
WaitingKey = tuple[str, str, date]  # credit code, name as written, month


@dataclass
class _Found:
    """What rows say of known enterprises, and of those that have to wait."""

    told: dict[Cell, int] = field(default_factory=dict)
    waiting: dict[WaitingKey, int] = field(default_factory=dict)
    new: int = 0
    changed: int = 0
    same: int = 0
    unplaced: int = 0

    def tally(self) -> Tally:
        return Tally(self.new, self.changed, self.same, self.unplaced)


def tally_headcounts(rows: Sequence[Row], source: Source) -> Tally:
    return _compare(rows, source).tally()


def write_headcounts(batch: Batch, rows: Sequence[Row], at: datetime) -> Tally:
    """Each figure once, under the file's name; a figure that says the same stays the first's."""
    assert batch.source is not None
    found = _compare(rows, batch.source)
    tell_headcounts(found.told, told_by=batch.subject, at=at)
    WaitingHeadcount.objects.bulk_create(
        [
            WaitingHeadcount(
                source=batch.source,
                batch=batch,
                uscc=uscc,
                name=name,
                month=month,
                people=people,
                known_at=at,
            )
            for (uscc, name, month), people in found.waiting.items()
        ],
        batch_size=AT_ONCE,
    )
    return found.tally()


def take_back_file(batch: Batch, at: datetime) -> tuple[int, int]:
    """Undo an insured list; refused while a name decision rests on it."""
    waiting = WaitingHeadcount.objects.filter(batch=batch)
    names = waiting.exclude(placed_by=None).values("placed_by").distinct().count()
    if names:
        raise Refused(
            f"这一批里有 {names} 家单位是在“核对单位名称”里对上的，不能整批撤销。",
            "请先在“核对单位名称”里撤销那几项，再撤销这一批。",
        )
    gone, restored = take_back_headcounts(batch.subject, at=at)
    dropped, _ = waiting.delete()
    return gone + dropped, restored


def _compare(rows: Sequence[Row], source: Source) -> _Found:
    """Row by row: new if it says anything new, changed if any month changes, else the same."""
    links, found = links_of(rows, source), _Found()
    owners = {row.number: links.employer(row)[0] for row in rows}
    cells = {
        (owner.pk, month)
        for row in rows
        if (owner := owners[row.number]) is not None
        for month in _people(row)
    }
    known = {cell: row.people for cell, row in standing(cells).items()}
    waits = waiting_by_key(source, [row for row in rows if owners[row.number] is None])
    for row in rows:
        owner = owners[row.number]
        if owner is not None:
            _take(found, found.told, known, [((owner.pk, m), n) for m, n in _people(row).items()])
            continue
        found.unplaced += links.waits(row)
        uscc, name = row.link.get("uscc", ""), row.case.get("employer_name", "")
        keys = [((uscc, name, month), people) for month, people in _people(row).items()]
        _take(found, found.waiting, waits, keys)
    return found


def _take(found: _Found, into: dict, known: dict, said: Iterable[tuple]) -> None:  # type: ignore[type-arg]
    """Put what differs from what is known into `into`, and count the row once."""
    fresh = changed = False
    for key, people in said:
        before = known.get(key)
        if before == people:
            continue
        fresh, changed = fresh or before is None, changed or before is not None
        into[key] = known[key] = people
    found.changed += changed
    found.new += fresh and not changed
    found.same += not (fresh or changed)


def _people(row: Row) -> dict[date, int]:
    people: dict[date, int] = row.said[Part.HEADCOUNT]["people"]
    return people
