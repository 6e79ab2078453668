"""What a file of each kind does: what writing its rows would do, and writing them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from anlan.injuries.models import Batch, Source, SourceKind
from anlan.injuries.rows import Row
from anlan.injuries.services.case_writing import tally_cases, write_cases
from anlan.injuries.services.comparing import Tally
from anlan.injuries.services.figure_writing import tally_figures, write_figures
from anlan.injuries.services.headcount_writing import tally_headcounts, write_headcounts


@dataclass(frozen=True)
class Way:
    """`write` runs inside the caller's transaction, a chunk at a time."""

    tally: Callable[[Sequence[Row], Source], Tally]
    write: Callable[[Batch, Sequence[Row], datetime], Tally]


_WAYS = {
    SourceKind.CASES: Way(tally_cases, write_cases),
    SourceKind.HEADCOUNTS: Way(tally_headcounts, write_headcounts),
    SourceKind.FIGURES: Way(tally_figures, write_figures),
}


def of(source: Source) -> Way:
    return _WAYS[SourceKind(source.kind)]
