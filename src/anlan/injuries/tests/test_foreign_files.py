"""Files of elsewhere through the same door: every row accounted for, lags as the file has them."""

import csv
import gzip
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.injuries.jobs import import_batches
from anlan.injuries.models import Batch, BatchStatus, Case
from anlan.injuries.queries import cases as queries
from anlan.injuries.queries.lags import lags
from anlan.injuries.services import uploads
from anlan.injuries.services.uploads import Matching
from anlan.injuries.tests.builders import counts
from anlan.testing.cast import NOW, Cast
from anlan.testing.floors import ROOT

SHARED = ROOT.parent / "shared" / "data"
INAIL = {
    "injured_on": "DataAccadimento",
    "sex": "Genere",
    "age": "Eta",
    "lost_days": "GiorniIndennizzati",
    "industry": "SettoreAttivitaEconomica",
    "recognition.applied_on": "DataProtocollo",
    "recognition.decided_on": "DataDefinizione",
    "recognition.outcome": "DefinizioneAmministrativa",
}
OSHA = {
    "injured_on": "Event Date",
    "narrative": "Abstract Text",
    "severity": "Degree of Injury",
    "part_code": "part_of_body",
}
MOHURD = {"injured_on": "year + month", "place": "province"}


def shared(name: str) -> Path:
    for folder in (SHARED, ROOT.parent.parent / "shared" / "data"):
        if (folder / name).exists():
            return folder / name
    pytest.skip(f"../shared/data/{name} is not on this machine")


def brought_in(
    cast: Cast, path: Path, matching: Matching, values: dict[str, dict[str, str]] | None = None
) -> Batch:
    by: Any = cast.city_official
    file = SimpleUploadedFile(path.name, path.read_bytes())
    batch = uploads.upload_batch(file, source=None, title=path.name, foreign=True, by=by, at=NOW)
    uploads.choose_columns(batch, matching, by=by, at=NOW)
    uploads.choose_values(batch, values or {}, by=by, at=NOW)
    tried = batch
    uploads.try_batch(tried)
    expected = counts(tried)
    uploads.confirm_batch(batch, by=by, at=NOW)
    import_batches(NOW)
    batch.refresh_from_db()
    assert batch.status == BatchStatus.DONE
    assert counts(batch) == expected
    return batch


def rows_of(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_inail_claims_have_the_lags_of_their_file(cast: Cast) -> None:
    path = shared("injury_eu/inail_claims.csv.gz")
    values = {
        "recognition.outcome": {"P": "recognised", "N": "refused"},
        "sex": {"M": "m", "F": "f"},
        "recognition.decided_on": {"01/01/1900": ""},
    }
    batch = brought_in(cast, path, Matching(INAIL, ["IdentificativoCaso"], "dmy"), values)
    plain = rows_of(path)
    assert sum(counts(batch)) == len(plain) == batch.rows_total
    filing, decision = _lags_of(plain)
    found = lags(batch.source)  # type: ignore[arg-type]
    assert Counter(found.filing) == Counter(filing)
    assert Counter(found.decision) == Counter(decision)
    assert counts(batch)[0] == Case.objects.count() > 1000
    assert not queries.counted().exists()


def _lags_of(rows: list[dict[str, str]]) -> tuple[list[int], list[int]]:
    """Without our code: rows that name their case, once, whose days can follow one another."""

    def day(text: str) -> date | None:
        said = datetime.strptime(text, "%d/%m/%Y").date() if text else None  # noqa: DTZ007
        return None if said == date(1900, 1, 1) else said

    filing, decision, seen = [], [], set()
    for row in rows:
        known = not row["IdentificativoCaso"] or row["IdentificativoCaso"] in seen
        seen.add(row["IdentificativoCaso"])
        injured, filed, decided = (
            day(row[name]) for name in ("DataAccadimento", "DataProtocollo", "DataDefinizione")
        )
        whole = [each for each in (injured, filed, decided) if each]
        if known or injured is None or whole != sorted(whole):
            continue
        if int(row["Eta"] or 0) not in range(121) or int(row["GiorniIndennizzati"] or 0) < 0:
            continue
        if filed:
            filing.append((filed - injured).days)
        if filed and decided:
            decision.append((decided - filed).days)
    return filing, decision


def test_osha_abstracts_go_in_whole(cast: Cast) -> None:
    path = shared("injury_us/osha_abstracts_15_17.csv.gz")
    batch = brought_in(
        cast,
        path,
        Matching(OSHA, ["summary_nr"], "mdy"),
        {"severity": {"Fatal": "death", "Nonfatal": "unknown"}},
    )
    plain = rows_of(path)
    assert sum(counts(batch)) == batch.rows_total == len([r for r in plain if any(r.values())])
    deaths = len({r["summary_nr"] for r in plain if r["Degree of Injury"] == "Fatal"})
    assert Case.objects.filter(severity="death").count() == deaths > 100
    some = Case.objects.get(source_key="220866065")
    assert some.injured_on == date(2016, 6, 30)
    assert "riding mower" in some.narrative


def test_bulletins_by_month_are_accounted_for_and_count_nowhere(cast: Cast) -> None:
    path = shared("cn/mohurd_month_province.csv.gz")
    key = ["year", "month", "province", "vintage", "source_file"]
    batch = brought_in(cast, path, Matching(MOHURD, key))
    assert sum(counts(batch)) == batch.rows_total == len(rows_of(path))
    assert counts(batch)[0] > 4000
    assert not queries.visible_to(cast.city_official).exists()
