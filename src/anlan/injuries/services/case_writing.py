"""Writing a chunk of cases: new ones, changed ones with what they said before, their records."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from anlan.foundation.rules.queries import rulebook
from anlan.injuries.clocks import Terms
from anlan.injuries.fields import Part
from anlan.injuries.models import Batch, Case, CaseVersion, Report, Source
from anlan.injuries.rows import Row
from anlan.injuries.services.comparing import (
    Change,
    Tally,
    compare,
    record_of,
    record_values,
)
from anlan.injuries.services.records import appraisal_from, recognition_from
from anlan.lib.dates import local_date
from anlan.lib.prepared import update_rows

AT_ONCE = 1000
_NO_RECORDS: dict[Part, Any] = {}
_CASE_COLUMNS = [f for f in Case._meta.concrete_fields if not f.primary_key]


def tally_cases(rows: Sequence[Row], source: Source) -> Tally:
    """What writing these rows would do now."""
    return compare(rows, source).tally()


def write_cases(batch: Batch, rows: Sequence[Row], at: datetime) -> Tally:
    """New and changed cases of a chunk; the caller holds the transaction."""
    assert batch.source is not None
    found = compare(rows, batch.source)
    terms = Terms.of(rulebook(local_date(at)))
    _write_new(batch, found.new, terms, at)
    _write_changed(batch, found.changed, terms, at)
    return found.tally()


def _write_new(batch: Batch, rows: list[Row], terms: Terms, at: datetime) -> None:
    cases = [
        Case(
            **row.case,
            source=batch.source,
            source_key=row.source_key,
            batch=batch,
            known_at=at,
            changed_at=at,
            is_synthetic=batch.by.is_synthetic or bool(row.link.get("synthetic")),
        )
        for row in rows
    ]
    made = Case.objects.bulk_create(cases, batch_size=AT_ONCE)
    fresh = [(case, row, _NO_RECORDS) for case, row in zip(made, rows, strict=True)]
    _write_records(fresh, terms)


def _write_changed(batch: Batch, changes: list[Change], terms: Terms, at: datetime) -> None:
    """New values in, former values kept as versions."""
    CaseVersion.objects.bulk_create(
        [
            CaseVersion(
                case=change.case,
                values=change.former,
                since=change.case.changed_at,
                replaced_at=at,
                batch=batch,
            )
            for change in changes
        ]
    )
    for change in changes:
        for name, value in change.row.case.items():
            setattr(change.case, name, value)
        change.case.changed_at = at
    update_rows([change.case for change in changes], [f.name for f in _CASE_COLUMNS])
    _write_records([(c.case, c.row, _records_of(c)) for c in changes], terms)


def _records_of(change: Change) -> dict[Part, Any]:
    case = change.case
    return {
        Part.REPORT: record_of(case, Part.REPORT),
        Part.RECOGNITION: record_of(case, Part.RECOGNITION),
        Part.APPRAISAL: change.appraisal,
    }


def _write_records(rows: list[tuple[Case, Row, dict[Part, Any]]], terms: Terms) -> None:
    """快报, 认定 and 鉴定 that the rows bring along, made or brought up to date."""
    fresh: dict[Part, list[Any]] = {Part.REPORT: [], Part.RECOGNITION: [], Part.APPRAISAL: []}
    known: dict[Part, list[Any]] = {Part.REPORT: [], Part.RECOGNITION: [], Part.APPRAISAL: []}
    for case, row, standing in rows:
        for part in fresh:
            said = record_values(row, part)
            if not said:
                continue
            record = standing.get(part)
            made = _MAKERS[part](case, record, said, terms)
            (fresh if record is None else known)[part].append(made)
    for made in fresh.values():
        if made:
            type(made[0])._default_manager.bulk_create(made, batch_size=AT_ONCE)
    for made in known.values():
        if made:
            columns = [f.name for f in type(made[0])._meta.concrete_fields if not f.primary_key]
            update_rows(made, columns)


def _report_from(case: Case, found: Any, said: dict[str, Any], terms: Terms) -> Report:
    report: Report = found or Report(case=case)
    report.noticed_at, report.reported_at = said["noticed_at"], said["reported_at"]
    return report


_MAKERS: dict[Part, Any] = {
    Part.REPORT: _report_from,
    Part.RECOGNITION: recognition_from,
    Part.APPRAISAL: appraisal_from,
}
