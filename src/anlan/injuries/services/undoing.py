"""Taking a whole batch back: its new cases are withdrawn, changed ones say again what they said."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger import services as ledger
from anlan.injuries.fields import Part
from anlan.injuries.models import (
    Appraisal,
    Batch,
    BatchStatus,
    Case,
    CaseVersion,
    CodeSuggestion,
    Recognition,
    Report,
    SourceKind,
    SuggestionStatus,
)
from anlan.injuries.services.comparing import kept, opened, plain
from anlan.injuries.services.figure_writing import take_back_figures
from anlan.injuries.services.headcount_writing import take_back_file
from anlan.injuries.states import BATCH_STEPS
from anlan.lib.prepared import update_rows
from anlan.lib.refusals import Refused
from anlan.lib.states import advance

AT_ONCE = 1000
_RECORDS: dict[str, type[models.Model]] = {
    Part.REPORT: Report,
    Part.RECOGNITION: Recognition,
    Part.APPRAISAL: Appraisal,
}
# What decides whether a record that a batch made says anything once the batch is taken back.
_DAYS = ("noticed_at", "applied_on", "accepted_on", "decided_on")


@transaction.atomic
def undo_batch(batch: Batch, *, by: User, at: datetime) -> Batch:
    """Take a batch back. Refused once a later file or a person has touched what it brought."""
    advance(batch, BatchStatus.UNDONE, BATCH_STEPS, undone_at=at)
    kind = batch.source.kind if batch.source else SourceKind.CASES
    withdrawn, changed = _TAKE_BACK[SourceKind(kind)](batch, at)
    ledger.record(
        batch.subject,
        "batch_undone",
        by=by,
        at=at,
        withdrawn=withdrawn,
        restored=changed,
        file_sha256=batch.hash,
    )
    return batch


def take_back_cases(batch: Batch, at: datetime) -> tuple[int, int]:
    """How many cases are withdrawn, and how many say again what they said."""
    _refuse_touched(batch)
    changed = 0
    versions = CaseVersion.objects.filter(batch=batch).select_related("case").order_by("id")
    kept = list(versions)
    for start in range(0, len(kept), AT_ONCE):
        changed += _restore(kept[start : start + AT_ONCE], batch, at)
    fresh = Case.objects.filter(batch=batch, withdrawn_at=None)
    return fresh.update(withdrawn_at=at, changed_at=at), changed


_TAKE_BACK = {
    SourceKind.CASES: take_back_cases,
    SourceKind.HEADCOUNTS: take_back_file,
    SourceKind.FIGURES: take_back_figures,
}


def _refuse_touched(batch: Batch) -> None:
    mine = Q(batch=batch) | Q(versions__batch=batch)
    later = Q(versions__batch__gt=batch.pk, versions__batch__undone_at=None)
    by_hand = Q(pk=None)
    if batch.finished_at:
        by_hand = Q(~Exists(_by_machine(batch.finished_at)), changed_at__gt=batch.finished_at)
    named = Q(named_by__at=F("changed_at"))  # only found its enterprise: goes with the batch
    touched = Case.objects.filter(mine, withdrawn_at=None)
    ids = touched.values("pk")
    count = Case.objects.filter(Q(pk__in=ids) & (later | (by_hand & ~named))).distinct().count()
    if count:
        raise Refused(
            f"这一批里有 {count} 件案件后来又有变动，不能整批撤销。",
            "如是后来的文件所改，请先撤销后来的批次；如是人工办理，请逐件更正。",
        )


def _by_machine(since: datetime) -> QuerySet[CodeSuggestion]:
    """The latest change of a case was a machine's code, and nobody has changed it in between."""
    return CodeSuggestion.objects.filter(
        case=OuterRef("pk"),
        status=SuggestionStatus.APPLIED,
        decided_at=OuterRef("changed_at"),
        base_at__lte=since,
    )


def _restore(versions: list[CaseVersion], batch: Batch, at: datetime) -> int:
    """Former values in; what the batch had said stays as a version of its own."""
    cases, after = [], []
    for version in versions:
        case, now = version.case, {}
        for name, value in _of(version, "").items():
            now[name] = kept(name, getattr(case, name))
            setattr(case, name, _stored(Case, name, opened(name, value)))
        for part, model in _RECORDS.items():
            now |= _restore_record(case, part, model, _of(version, f"{part}."))
        after.append(
            CaseVersion(case=case, values=now, since=case.changed_at, replaced_at=at, batch=batch)
        )
        case.changed_at = version.since  # so that the batch before it can be taken back too
        cases.append(case)
    CaseVersion.objects.bulk_create(after, batch_size=AT_ONCE)
    columns = [f.name for f in Case._meta.concrete_fields if not f.primary_key]
    update_rows(cases, columns)
    return len(cases)


def _restore_record(
    case: Case, part: str, model: type[models.Model], former: dict[str, Any]
) -> dict[str, Any]:
    """A record that the batch itself had brought is taken away again."""
    record = _first(case, model) if former else None
    if record is None:
        return {}
    now = {f"{part}.{name}": plain(getattr(record, name)) for name in former}
    for name, value in former.items():
        setattr(record, name, _stored(model, name, value))
    if any(getattr(record, name, None) for name in _DAYS):
        record.save()
    else:
        record.delete()
    return now


def _first(case: Case, model: type[models.Model]) -> models.Model | None:
    rows: Iterable[models.Model] = model._default_manager.filter(case=case).order_by("id")[:1]
    return next(iter(rows), None)


def _of(version: CaseVersion, prefix: str) -> dict[str, Any]:
    """The version's values of the case itself, or of one record by its prefix."""
    if not prefix:
        return {name: value for name, value in version.values.items() if "." not in name}
    return {
        name.removeprefix(prefix): value
        for name, value in version.values.items()
        if name.startswith(prefix)
    }


def _stored(model: type[models.Model], name: str, value: Any) -> Any:
    """From JSON to what the column takes; an empty text column holds "" and not None."""
    field = model._meta.get_field(name.removesuffix("_id") if name.endswith("_id") else name)
    if isinstance(field, models.ForeignKey):
        return value
    assert isinstance(field, models.Field)
    if value is None and not field.null:
        return ""
    return field.to_python(value)
