"""What raises a class's chance of being drawn, in whole numbers that anybody can add up."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from anlan.classes.models import TrainingClass
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.supervision.models import (
    CheckStatus,
    Conclusion,
    ConclusionKind,
    DrawMethod,
    SpotCheck,
    Ticket,
)
from anlan.supervision.states import UNDECIDED

A_YEAR = timedelta(days=365)
FOR_DOUBTS = 2  # a class's own doubts weigh more than what a provider did elsewhere


def chances(
    classes: Sequence[TrainingClass], method: DrawMethod, *, at: datetime
) -> tuple[dict[str, int], dict[str, str]]:
    """Class number → chance, and → why it is higher than 1 (nothing for a plain random draw).

    By risk: 1, and 2 for each undecided doubt of the class, 1 for each of the provider's doubts
    that was borne out within a year, and a rule's number for a provider never visited.
    """
    if method == DrawMethod.RANDOM:
        return {klass.number: 1 for klass in classes}, {}
    never = rulebook(local_date(at)).whole("supervision.never_checked")
    doubts = Counter(
        Ticket.objects.filter(klass__in=classes, status__in=UNDECIDED).values_list(
            "klass", flat=True
        )
    )
    borne_out = Counter(
        Conclusion.objects.filter(
            kind=ConclusionKind.CONFIRMED,
            at__gte=at - A_YEAR,
            ticket__provider__in={klass.provider_id for klass in classes},
        ).values_list("ticket__provider", flat=True)
    )
    visited = set(
        SpotCheck.objects.filter(status=CheckStatus.DONE).values_list("klass__provider", flat=True)
    )
    weights: dict[str, int] = {}
    reasons: dict[str, str] = {}
    for klass in classes:
        parts = [
            (FOR_DOUBTS * doubts[klass.pk], f"未核实疑点 {doubts[klass.pk]} 件"),
            (borne_out[klass.provider_id], f"机构一年内属实 {borne_out[klass.provider_id]} 件"),
            (0 if klass.provider_id in visited else never, "机构从未被抽查"),
        ]
        weights[klass.number] = 1 + sum(more for more, _ in parts)
        if said := "，".join(f"{why} +{more}" for more, why in parts if more):
            reasons[klass.number] = said
    return weights, reasons
