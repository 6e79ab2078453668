"""Writing rows of a table as they stand, and taking a file of them back."""

from collections.abc import Sequence
from datetime import datetime

from anlan.injuries.fields import Part
from anlan.injuries.models import Batch, Figure, Source
from anlan.injuries.queries import imports
from anlan.injuries.rows import Row
from anlan.injuries.services.comparing import Tally
from anlan.lib.refusals import Refused

AT_ONCE = 1000
_COMPARED = ("period", "label", "value", "said")


def tally_figures(rows: Sequence[Row], source: Source) -> Tally:
    new, changed, same = _compare(rows, source)
    return Tally(len(new), len(changed), same)


def write_figures(batch: Batch, rows: Sequence[Row], at: datetime) -> Tally:
    """New rows in; a changed one is a new row, and the old one says when it was replaced."""
    assert batch.source is not None
    new, changed, same = _compare(rows, batch.source)
    old = [figure.pk for figure, _ in changed]
    Figure.objects.filter(pk__in=old).update(replaced_at=at, replaced_by=batch)
    Figure.objects.bulk_create(
        [
            Figure(
                source=batch.source,
                source_key=row.source_key,
                batch=batch,
                known_at=at,
                **row.said[Part.FIGURE],
            )
            for row in [*new, *(row for _, row in changed)]
        ],
        batch_size=AT_ONCE,
    )
    return Tally(len(new), len(changed), same)


def take_back_figures(batch: Batch, at: datetime) -> tuple[int, int]:
    """How many rows are withdrawn, and how many say again what they said."""
    mine = Figure.objects.filter(batch=batch)
    if count := mine.exclude(replaced_by=None).count():
        raise Refused(
            f"这一批里有 {count} 行后来又被别的文件更改，不能整批撤销。", "请先撤销后来的批次。"
        )
    total = mine.filter(replaced_at=None).update(replaced_at=at)
    restored = Figure.objects.filter(replaced_by=batch).update(replaced_at=None, replaced_by=None)
    return total - restored, restored


def _compare(
    rows: Sequence[Row], source: Source
) -> tuple[list[Row], list[tuple[Figure, Row]], int]:
    known = imports.known_figures(source, [row.source_key for row in rows])
    new, changed, same = [], [], 0
    for row in rows:
        figure = known.get(row.source_key)
        said = row.said[Part.FIGURE]
        if figure is None:
            new.append(row)
        elif any(getattr(figure, name) != said[name] for name in _COMPARED):
            changed.append((figure, row))
        else:
            same += 1
    return new, changed, same
