"""Writing insured headcounts: many at once, by a file that can be taken back.

The caller writes the ledger line of its file and hands in the line's subject as `told_by`.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from anlan.lib.prepared import update_rows
from anlan.lib.refusals import Refused
from anlan.organizations.headcount_queries import Cell, standing
from anlan.organizations.models import FormerHeadcount, InsuredHeadcount

AT_ONCE = 1000


@transaction.atomic
def tell_headcounts(told: Mapping[Cell, int], *, told_by: str, at: datetime) -> None:
    """What a file says of organisations and months; what it replaces is kept as it stood.

    A figure that says the same as before is left alone: it was known since then.
    """
    known = standing(told)
    fresh = [
        InsuredHeadcount(
            organization_id=cell[0], month=cell[1], people=people, known_at=at, told_by=told_by
        )
        for cell, people in told.items()
        if cell not in known
    ]
    changed = [(row, told[cell]) for cell, row in known.items() if row.people != told[cell]]
    FormerHeadcount.objects.bulk_create(
        [_former(row, at, replaced_by=told_by) for row, _ in changed], batch_size=AT_ONCE
    )
    for row, people in changed:
        row.people, row.known_at, row.told_by = people, at, told_by
    update_rows([row for row, _ in changed], ["people", "known_at", "told_by"])
    InsuredHeadcount.objects.bulk_create(fresh, batch_size=AT_ONCE)


@transaction.atomic
def take_back_headcounts(told_by: str, *, at: datetime) -> tuple[int, int]:
    """Undo what was told under this name: how many are gone, how many say again what they said.

    Raises `Refused` when a later file has changed one of them; nothing is undone then.
    """
    later = FormerHeadcount.objects.filter(told_by=told_by).exclude(replaced_by__in=["", told_by])
    if count := later.count():
        raise Refused(
            f"其中 {count} 个参保人数后来又被别的文件更改，不能整批撤销。",
            "请先撤销后来的批次，再撤销这一批。",
        )
    rows = list(InsuredHeadcount.objects.filter(told_by=told_by))
    before = _before(told_by)
    FormerHeadcount.objects.bulk_create([_former(row, at) for row in rows], batch_size=AT_ONCE)
    restored, gone = [], []
    for row in rows:
        old = before.get((row.organization_id, row.month))
        if old is None:
            gone.append(row.pk)
            continue
        row.people, row.known_at, row.told_by = old.people, at, old.told_by
        restored.append(row)
    update_rows(restored, ["people", "known_at", "told_by"])
    for start in range(0, len(gone), AT_ONCE):
        InsuredHeadcount.objects.filter(pk__in=gone[start : start + AT_ONCE]).delete()
    FormerHeadcount.objects.filter(replaced_by=told_by).update(replaced_by="")
    return len(gone), len(restored)


def _before(told_by: str) -> dict[Cell, FormerHeadcount]:
    """What stood before this file, by organisation and month; the latest wins."""
    rows = FormerHeadcount.objects.filter(replaced_by=told_by).order_by("replaced_at", "id")
    return {(row.organization_id, row.month): row for row in rows}


def _former(row: InsuredHeadcount, at: datetime, *, replaced_by: str = "") -> FormerHeadcount:
    return FormerHeadcount(
        organization_id=row.organization_id,
        month=row.month,
        people=row.people,
        known_at=row.known_at,
        told_by=row.told_by,
        replaced_at=at,
        replaced_by=replaced_by,
    )
