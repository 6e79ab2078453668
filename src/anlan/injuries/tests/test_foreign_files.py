"""Files of elsewhere through the same door: every row accounted for, lags as the file has them."""

import csv
import gzip
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.injuries.jobs import import_batches
from anlan.injuries.models import Batch, BatchStatus, Case, Figure, Source, SourceKind
from anlan.injuries.queries import cases as queries
from anlan.injuries.queries.lags import lag_figures, lags, recognitions_of
from anlan.injuries.services import uploads
from anlan.injuries.services.recognising import terms_on
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


def shared(name: str) -> Path:
    for folder in (SHARED, ROOT.parent.parent / "shared" / "data"):
        if (folder / name).exists():
            return folder / name
    pytest.skip(f"../shared/data/{name} is not on this machine")


def brought_in(
    cast: Cast,
    path: Path,
    matching: Matching,
    values: dict[str, dict[str, str]] | None = None,
    *,
    kind: str = SourceKind.CASES,
    at: datetime = NOW,
) -> Batch:
    """Through the steps of the screen; what the dry run says is what the import does."""
    by: Any = cast.city_official
    file = SimpleUploadedFile(path.name, path.read_bytes())
    source = Source.objects.filter(title=path.name).first()
    batch = uploads.upload_batch(
        file, source=source, title=path.name, kind=kind, foreign=True, by=by, at=at
    )
    uploads.choose_columns(batch, matching, by=by, at=at)
    uploads.choose_values(batch, values or {}, by=by, at=at)
    tried = batch
    uploads.try_batch(tried)
    expected = counts(tried)
    uploads.confirm_batch(batch, by=by, at=at)
    import_batches(at)
    batch.refresh_from_db()
    assert batch.status == BatchStatus.DONE
    assert counts(batch) == expected
    assert sum(counts(batch)) == batch.rows_total == batch.rows_done
    assert batch.rows_refused == len(batch.problems)
    return batch


def rows_of(path: Path) -> list[dict[str, str]]:
    """The file as plain Python reads it, without rows that hold nothing."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if any(value for value in row.values() if value)]


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
    rows = recognitions_of(cast.city_official, source=batch.source)
    first, second, _ = lag_figures(rows, terms_on(date(2026, 11, 23)))
    for lag, days in ((first, sorted(filing)), (second, sorted(decision))):
        middle = len(days) // 2
        of_two = (days[middle - 1] + days[middle]) / 2
        assert lag.count == len(days)
        assert lag.median == (days[middle] if len(days) % 2 else of_two)
        assert sum(day <= lag.p90 for day in days) >= 0.9 * len(days)  # type: ignore[operator]
        assert sum(day < lag.p90 for day in days) < 0.9 * len(days)  # type: ignore[operator]
    for lag, days, term in ((first, filing, 30), (second, decision, 60)):
        kept = lag.within[0][1]
        assert sum(day <= term for day in days) <= kept <= sum(day <= term + 12 for day in days)
    assert not recognitions_of(cast.district_official, source=batch.source).exists()


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


@dataclass(frozen=True)
class Listed:
    """A file that is no list of cases: what names a row, and which columns say time and value."""

    name: str
    key: tuple[str, ...]
    mapping: dict[str, str]


YEAR = {"period": "time_period", "value": "obs_value"}
TABLES = (
    Listed("injury_eu/ACTIVITIES.csv", ("activity_id",), {"label": "activity_description"}),
    Listed("injury_eu/AGE.csv", ("age_id",), {"label": "age_class_description"}),
    Listed(
        "injury_eu/CIRCUMSTANCES_CATEGORIES.csv",
        ("category_id",),
        {"label": "category_description"},
    ),
    Listed(
        "injury_eu/CIRCUMSTANCES_SUBCATEGORIES.csv",
        ("subcategory_id",),
        {"label": "subcategory_description"},
    ),
    Listed("injury_eu/COUNTRIES.csv", ("country_id",), {"label": "country"}),
    Listed("injury_eu/EMPLOYMENT_H36C.csv", ("eh_id",), YEAR),
    Listed("injury_eu/EMPLOYMENT_ITAU.csv", ("eit_id",), YEAR),
    Listed("injury_eu/SEVERITY.csv", ("severity_id",), {"label": "severity_description"}),
    Listed("injury_eu/SEX.csv", ("sex_id",), {"label": "sex_description"}),
    Listed("injury_eu/WRI_IT_TOTALS_AU.csv", ("wri_it_id",), YEAR),
    Listed("injury_eu/WRI_TOTALS_HC10.csv", ("wri_tot_id",), YEAR),
    Listed(
        "injury_eu/hsw_n2_01_raw.csv",
        ("freq", "unit", "nace_r2", "sex", "geo", "TIME_PERIOD"),
        {"period": "TIME_PERIOD", "value": "OBS_VALUE", "label": "nace_r2"},
    ),
    Listed(
        "cn/mohurd_month_province.csv.gz",
        ("year", "month", "province", "vintage", "source_file"),
        {"period": "year + month", "label": "province", "value": "accidents"},
    ),
)


@pytest.mark.parametrize("listed", TABLES, ids=[one.name.split("/")[1] for one in TABLES])
def test_tables_are_kept_as_they_stand_and_count_nowhere(cast: Cast, listed: Listed) -> None:
    path, kind = shared(listed.name), SourceKind.FIGURES
    plain, matching = rows_of(path), Matching(listed.mapping, listed.key)
    batch = brought_in(cast, path, matching, kind=kind)
    assert batch.rows_total == len(plain)
    alone = {tuple(row[name] for name in listed.key) for row in plain}
    assert counts(batch) == (len(alone), 0, 0, len(plain) - len(alone))
    again = brought_in(cast, path, matching, kind=kind, at=NOW + timedelta(hours=1))
    assert counts(again) == (0, 0, len(alone), len(plain) - len(alone))
    kept = list(Figure.objects.all())
    assert len(kept) == len(alone)
    if (column := listed.mapping.get("value")) and len(alone) == len(plain):
        expected = sum(Decimal(row[column]) for row in plain if row[column])
        assert sum(one.value for one in kept if one.value is not None) == round(expected, 6)
        assert {one.period[:4] for one in kept} == {
            row[listed.mapping["period"].split(" + ")[0]][:4] for row in plain
        }
    assert not Case.objects.exists()


SIR = {
    "injured_on": "EventDate",
    "employer_name": "Employer",
    "place": "City",
    "narrative": "Final Narrative",
    "part_code": "Part of Body",
    "nature_code": "Nature",
    "source_code": "Source",
    "manner_code": "Event",
}
INVESTIGATED = {
    "injured_on": "event_date",
    "employer_name": "establishment",
    "place": "state",
    "narrative": "narrative",
}
MSHA = {
    "injured_on": "ACCIDENT_DT",
    "narrative": "NARRATIVE",
    "part_code": "INJ_BODY_PART_CD",
    "place": "FIPS_STATE_CD",
}


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "matching", "least"),
    [
        ("osha_sir", Matching(SIR, ["ID"], "mdy"), 14_000),
        ("osha_accident_investigations", Matching(INVESTIGATED, ["investigation_nr"]), 10_000),
        ("msha_narratives", Matching(MSHA, []), 30_000),
    ],
)
def test_large_files_go_in_whole(cast: Cast, name: str, matching: Matching, least: int) -> None:
    path = shared(f"injury_us/{name}.csv.gz")
    batch = brought_in(cast, path, matching)
    plain = rows_of(path)
    assert batch.rows_total == len(plain)
    assert counts(batch)[0] == Case.objects.count() >= least
    assert batch.rows_unplaced == 0  # names of elsewhere are nobody's to review
    days = Case.objects.order_by("injured_on").values_list("injured_on", flat=True)
    assert days[0].year >= 1970
    assert not queries.counted().exists()
