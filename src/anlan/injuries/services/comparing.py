"""What a chunk of rows would do to what stands: new, changed, same. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from anlan.foundation.codes import queries as codes
from anlan.injuries.fields import Part
from anlan.injuries.models import Appraisal, Case, Source, Target
from anlan.injuries.queries import coding, imports
from anlan.injuries.queries.linking import Employer, Links, links_of
from anlan.injuries.rows import Row, moments
from anlan.lib.fields import keyring

FILLED = ("district", "industry", "key_industry")


@dataclass(slots=True)
class Change:
    """A row that says something else than its case: former values by column, records by part."""

    case: Case
    row: Row
    former: dict[str, Any]
    appraisal: Appraisal | None


@dataclass(frozen=True, slots=True)
class Tally:
    """What became, or would become, of rows; `unplaced` of them name no enterprise of ours yet."""

    new: int = 0
    changed: int = 0
    same: int = 0
    unplaced: int = 0


@dataclass(slots=True)
class Comparison:
    new: list[Row] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    same: list[Row] = field(default_factory=list)

    def tally(self) -> Tally:
        rows = [*self.new, *(change.row for change in self.changed), *self.same]
        unplaced = sum(bool(row.link.get("waits")) for row in rows)
        return Tally(len(self.new), len(self.changed), len(self.same), unplaced)


def compare(rows: Sequence[Row], source: Source) -> Comparison:
    """Rows of one source against its cases. Fields that the file doesn't bring are left alone."""
    known = imports.known_cases(source, [row.source_key for row in rows])
    appraisals = imports.first_appraisals(list(known.values()))
    coded = coding.decided_here([case.pk for case in known.values()])
    links = links_of(rows, source)
    result = Comparison()
    for row in rows:
        case = known.get(row.source_key)
        _link(row, links, case)
        if case is None:
            result.new.append(row)
            continue
        _keep_coded(row, case, coded)
        appraisal = appraisals.get(case.pk)
        former = _former(case, row, appraisal)
        if former:
            result.changed.append(Change(case, row, former, appraisal))
        else:
            result.same.append(row)
    return result


def record_values(row: Row, part: Part) -> dict[str, Any]:
    """What a row says of a record; empty when it says nothing at all of it."""
    if part == Part.REPORT:
        told = moments(row)
        return {"noticed_at": told[0], "reported_at": told[1]} if told else {}
    said = row.said.get(part, {})
    return dict(said) if any(value not in (None, "") for value in said.values()) else {}


SEALED_AS = "injuries.CaseVersion.narrative"


def kept(name: str, value: Any) -> Any:
    """As a version keeps it: a narrative stays sealed, everything else as JSON."""
    if name == "narrative" and value:
        return keyring().seal(str(value).encode(), bound_to=SEALED_AS)
    return plain(value)


def opened(name: str, value: Any) -> Any:
    """What `kept` put away."""
    if name == "narrative" and value:
        return keyring().open(value, bound_to=SEALED_AS).decode()
    return value


def plain(value: Any) -> Any:
    """As JSON keeps it; nothing said is one thing, however it is written."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return None if value == "" else value


def _link(row: Row, links: Links, case: Case | None) -> None:
    """Say enterprise and person in the row; the same name without a find keeps its link."""
    employer, decision = links.employer(row)
    row.link["waits"] = employer is None and links.waits(row)
    if employer is not None:
        row.case["organization_id"], row.case["named_by_id"] = employer.pk, decision
        row.link["synthetic"] = employer.synthetic
    elif case is not None and case.employer_name != row.case.get("employer_name", ""):
        row.case["organization_id"] = row.case["named_by_id"] = None
    person = links.person(row)
    if person is not None:
        row.case["person_id"] = person
    moved = case is None or row.case.get("organization_id", case.organization_id) != (
        case.organization_id
    )
    _fill(row, employer if moved else None, case)


def _fill(row: Row, employer: Employer | None, case: Case | None) -> None:
    """District and industry from the enterprise, as they were when it was linked."""
    said = row.case
    for name in FILLED:
        if said.get(name):
            continue
        said.pop(name, None)
        if employer is not None:
            said[name] = getattr(employer, name)
    if said.get("industry") and "key_industry" not in said and case is None:
        said["key_industry"] = codes.key_industry_of(said["industry"], hazardous=False)


def _keep_coded(row: Row, case: Case, coded: set[tuple[int, str]]) -> None:
    """A code that was found here from the narrative outlives a file that still says nothing."""
    for target in Target.values:
        if not row.case.get(target) and (case.pk, target) in coded:
            row.case.pop(target, None)


def _former(case: Case, row: Row, appraisal: Appraisal | None) -> dict[str, Any]:
    former = _differing(case, row.case, "")
    for part in (Part.REPORT, Part.RECOGNITION, Part.APPRAISAL):
        said = record_values(row, part)
        if said:
            record = appraisal if part == Part.APPRAISAL else record_of(case, part)
            differing = _differing(record, said, f"{part}.")
            former |= differing and differing | _state(record, part)
    return former


def _state(record: models.Model | None, part: Part) -> dict[str, Any]:
    """What follows from a record's days, so that an undo can give it back too."""
    if record is None or part == Part.REPORT:
        return {}
    return {f"{part}.{name}": plain(getattr(record, name)) for name in ("status", "due_on")}


def record_of(case: Case, part: Part) -> models.Model | None:
    try:
        found: models.Model = getattr(case, part)
    except ObjectDoesNotExist:
        return None
    return found


def _differing(record: models.Model | None, said: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Former values of the columns that the row says otherwise; all of them where none stood."""
    former: dict[str, Any] = {}
    for name, value in said.items():
        old = getattr(record, name) if record is not None else None
        if _comparable(old) != _comparable(value):
            former[f"{prefix}{name}"] = kept(name, old)
    return former


def _comparable(value: Any) -> Any:
    return value if isinstance(value, datetime) else plain(value)
