"""Reads for item analysis: sittings of the last months as responses, and what was found."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import F, Max, QuerySet

from anlan.assessments.models import Bank, Item, ItemFigures, Sitting, SittingStatus
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.lib.dates import local_date
from anlan.methods.item_analysis import Response, Sheet

DAYS_A_MONTH = 30.44
AGAIN_AFTER = timedelta(hours=1)
SORTS = {
    "doubt": ("-miskey", "discrimination"),
    "hard": ("difficulty",),
    "easy": ("-difficulty",),
    "weak": ("discrimination",),
    "used": ("-answers",),
}


def submitted_lately(at: datetime, rules: Rulebook) -> QuerySet[Sitting]:
    """The newest handed-in sittings of the last months, at most as many as the rule has it."""
    since = at - timedelta(days=rules.number("analysis.months") * DAYS_A_MONTH)
    found = Sitting.objects.filter(
        status=SittingStatus.SUBMITTED, submitted_at__gte=since, submitted_at__lte=at
    )
    return found.order_by("-submitted_at", "-id")[: rules.whole("analysis.sittings_max")]


def sheets(at: datetime, rules: Rulebook) -> Iterator[Sheet]:
    """Answer sheets: for each question the item, and what was chosen in the item's own order."""
    keys = dict(Item.objects.values_list("pk", "answer"))
    found = submitted_lately(at, rules).values_list("questions", "answers")
    for questions, answers in found.iterator(chunk_size=500):
        yield [
            Response(question["item"], chosen, chosen == frozenset(keys[question["item"]]))
            for no, question in enumerate(questions, start=1)
            if question["item"] in keys
            for chosen in [frozenset(question["order"][at] for at in answers.get(str(no), ()))]
        ]


def analysis_is_due(at: datetime) -> bool:
    """Were papers handed in since it was last looked at, and was that an hour ago?"""
    last = ItemFigures.objects.aggregate(last=Max("at"))["last"]
    rules = rulebook(local_date(at))
    newest = submitted_lately(at, rules).values_list("submitted_at", flat=True).first()
    if newest is None:
        return False
    return last is None or (at - last >= AGAIN_AFTER and newest > last)


def figures_of(bank: Bank, sort: str = "doubt") -> QuerySet[ItemFigures]:
    """What use has shown about a bank's items, the doubtful ones first."""
    found = ItemFigures.objects.filter(item__bank=bank).select_related("item", "item__image")
    first, *rest = SORTS.get(sort, SORTS["doubt"])
    order = [
        F(name.lstrip("-")).desc(nulls_last=True)
        if name.startswith("-")
        else F(name).asc(nulls_last=True)
        for name in (first, *rest)
    ]
    return found.order_by(*order, "item_id")


def suspected(bank: Bank) -> int:
    """Items in use whose key may be wrong."""
    return ItemFigures.objects.filter(item__bank=bank, miskey=True, item__status="in_use").count()


def option_totals(figures: ItemFigures) -> list[tuple[str, str, bool, dict[str, float]]]:
    """(letter, option, is right, figures) for a page."""
    by_option: dict[int, dict[str, float]] = defaultdict(dict)
    for at, row in enumerate(figures.options):
        by_option[at] = row
    return [
        (letter, text, right, by_option[at])
        for at, (letter, text, right) in enumerate(figures.item.lettered)
    ]
