"""What use shows about items, worked out anew and written over what was there."""

from datetime import datetime

from django.db import transaction

from anlan.assessments import queries
from anlan.assessments.models import Item, ItemFigures
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.methods.item_analysis import Figures, analyse


@transaction.atomic
def analyse_items(*, at: datetime) -> int:
    """Figures of every item that was answered often enough lately; returns how many.

    Derived from sittings, so it writes no ledger line.
    """
    rules = rulebook(local_date(at))
    rows = Item.objects.values_list("pk", "answer", "options")
    keys = {pk: (frozenset(answer), len(options)) for pk, answer, options in rows}
    found = analyse(
        queries.sheets(at, rules),
        keys,
        least=rules.whole("analysis.answers_min"),
        easy=rules.number("analysis.easy"),
        hard=rules.number("analysis.hard"),
    )
    ItemFigures.objects.all().delete()
    made = [_row(item, figures, at) for item, figures in found.items()]
    ItemFigures.objects.bulk_create(made, batch_size=500)
    return len(made)


def _row(item: int, figures: Figures, at: datetime) -> ItemFigures:
    return ItemFigures(
        item_id=item,
        answers=figures.answers,
        difficulty=figures.difficulty,
        discrimination=figures.discrimination,
        options=[
            {
                "chosen": round(one.chosen, 4),
                "strong": round(one.strong, 4),
                "weak": round(one.weak, 4),
                "correlation": None if one.correlation is None else round(one.correlation, 3),
            }
            for one in figures.options
        ],
        miskey=figures.miskey,
        flags=list(figures.flags),
        at=at,
    )
