"""Which questions of a submitted paper were not answered rightly; what is open counts as missed."""

from collections.abc import Iterable

from anlan.assessments.models import Item, Sitting, SittingStatus
from anlan.assessments.papers import mark


def missed_items(sittings: Iterable[Sitting]) -> dict[int, list[int]]:
    """Sitting id → ids of the items that were missed and are still in use; two queries.

    A sitting that is not submitted is left out: what is right in it is nobody's yet.
    """
    papers = [one for one in sittings if one.status == SittingStatus.SUBMITTED and one.questions]
    wanted = {question["item"] for one in papers for question in one.questions}
    keys: dict[int, list[int]] = dict(
        Item.objects.filter(pk__in=wanted, retired_at__isnull=True).values_list("pk", "answer")
    )
    return {one.pk: _missed(one, keys) for one in papers}


def _missed(sitting: Sitting, keys: dict[int, list[int]]) -> list[int]:
    known = {question["item"]: keys.get(question["item"], []) for question in sitting.questions}
    marked = mark(sitting.questions, sitting.answers, known)
    return [
        question["item"]
        for question, one in zip(sitting.questions, marked, strict=True)
        if question["item"] in keys and not one.correct
    ]
