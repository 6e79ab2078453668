"""A year's archives leave for another place: whole, with seals, receipts and an index; nothing is
written over."""

import hashlib
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.test import Client
from moto import mock_aws

from anlan.archives import jobs, queries, year_index
from anlan.archives.models import Archive, ExportOrder
from anlan.archives.services import order_export, run_export
from anlan.classes.models import Enrolment, Status, TrainingClass
from anlan.classes.queries import enrolled
from anlan.foundation.accounts.models import User
from anlan.foundation.files import s3
from anlan.foundation.files.services import keep
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.sequencer import sequence
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import BadInput, Refused
from anlan.lib.spreadsheets import read_table
from anlan.operations import cli
from anlan.proofs.bag import write_bag_to
from anlan.proofs.receipt import check_file
from anlan.proofs.verdict import verify
from anlan.testing.builders import a_closed_class, the_worker_seals
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_running_class

Browser = Callable[[User], Client]


@pytest.fixture
def klass(cast: Cast, tmp_path: Path) -> TrainingClass:
    """A closed class with sealed bags of one small file: what an export copies, it doesn't read."""
    made = a_running_class(cast)
    TrainingClass.objects.filter(pk=made.pk).update(status=Status.CLOSED, closed_at=NOW)
    made.refresh_from_db()
    for learner in enrolled(made):
        sealed(made, tmp_path, learner)
    sealed(made, tmp_path)
    sequence(NOW)
    return made


def sealed(
    klass: TrainingClass, folder: Path, learner: Enrolment | None = None, version: int = 1
) -> Archive:
    """A small archive with its line in the ledger, as sealing leaves them."""
    bag = folder / "archive.zip"
    content = f"{learner} {version}".encode()
    seal = write_bag_to(bag, [("说明.txt", content)], {"External-Identifier": klass.number})
    kind = "一人一档" if learner else "一期一档"
    name = f"{kind} {klass.number} v{version}.zip"
    file = keep([bag.read_bytes()], name=name, by=None, at=NOW)
    record(
        learner.subject if learner else klass.subject,
        "learner_sealed" if learner else "class_sealed",
        by=None,
        at=NOW,
        version=version,
        seal=seal,
        sha256=file.sha256,
    )
    return Archive.objects.create(
        klass=klass,
        enrolment=learner,
        version=version,
        file=file,
        manifest_sha256=seal,
        files=1,
        at=NOW,
    )


def export(cast: Cast, target: object, *, learners: bool = False) -> ExportOrder:
    year = queries.sealed_years()[0]
    order = order_export(
        year, learners=learners, by=cast.city_official, at=NOW, target=str(target), by_hand=True
    )
    return run_export(order, at=NOW)


def index_of(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "目录.json").read_bytes())
    return told


def files_in(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_a_year_is_exported_whole_and_verifies(cast: Cast, tmp_path: Path) -> None:
    """As the worker seals it, with everything in it."""
    a_closed_class(cast, learners=3)
    the_worker_seals()
    sequence(NOW)
    done = export(cast, tmp_path / "out", learners=True)
    told = index_of(tmp_path / "out")
    assert (told["format"], told["year"]) == ("anlan-export/1", done.year)
    assert [one["kind"] for one in told["archives"]] == ["class", *["learner"] * 3]
    assert len({one["path"] for one in told["archives"]}) == 4
    for one in told["archives"]:
        content = (tmp_path / "out" / one["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == one["sha256"]
        receipt = tmp_path / "out" / one["receipt"]
        assert json.loads(receipt.read_bytes())["leaf"]["data"]["seal"] == one["seal"]
        kinds = {finding.kind for finding in check_file(receipt, [])}
        assert kinds <= {"ok", "unchecked"}
    verdict = verify(tmp_path / "out")
    assert verdict.ok, verdict.findings
    assert cli.main(["verify", str(tmp_path / "out")]) == 0
    assert done.root == told["root"]
    assert (done.total, done.done, done.already_there) == (4, 4, 0)


def test_the_index_is_for_people_and_for_sha256sum_too(
    klass: TrainingClass, cast: Cast, tmp_path: Path
) -> None:
    export(cast, tmp_path / "out")
    table = read_table(tmp_path / "out" / "目录.xlsx", filename="目录.xlsx")
    assert [row[0] for row in table.rows] == [klass.number]
    done = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "out", capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_without_the_learners_only_classes_leave(
    klass: TrainingClass, cast: Cast, tmp_path: Path
) -> None:
    export(cast, tmp_path / "out")
    assert [one["kind"] for one in index_of(tmp_path / "out")["archives"]] == ["class"]
    assert not list((tmp_path / "out").rglob("学员"))


def test_begun_again_it_copies_only_what_is_missing(
    klass: TrainingClass, cast: Cast, tmp_path: Path
) -> None:
    export(cast, tmp_path / "out", learners=True)
    before = files_in(tmp_path / "out")
    gone = next(path for path in (tmp_path / "out").rglob("*.zip") if "一人一档" in path.name)
    gone.unlink()
    done = export(cast, tmp_path / "out", learners=True)
    assert done.already_there == 3
    after = files_in(tmp_path / "out")
    assert after.keys() == before.keys()
    renewed = {name for name in after if after[name] != before[name]}
    assert renewed <= {"目录.xlsx", "目录.json"}


def test_a_later_version_stands_beside_the_former(
    klass: TrainingClass, cast: Cast, tmp_path: Path
) -> None:
    export(cast, tmp_path / "out")
    sealed(klass, tmp_path, version=2)
    sequence(NOW)
    export(cast, tmp_path / "out")
    assert len(list((tmp_path / "out").rglob("*.zip"))) == 2
    assert [one["version"] for one in index_of(tmp_path / "out")["archives"]] == [2]
    assert verify(tmp_path / "out").ok


@pytest.mark.parametrize("which", ["一期一档", "回执", "目录.json", "目录.xlsx", "SHA256SUMS"])
def test_somebody_elses_file_is_never_written_over(
    klass: TrainingClass, cast: Cast, tmp_path: Path, which: str
) -> None:
    export(cast, tmp_path / "model")
    name = next(name for name in files_in(tmp_path / "model") if which in name)
    strange = tmp_path / "out" / name
    strange.parent.mkdir(parents=True)
    strange.write_bytes(b"mine")
    lines = Entry.objects.filter(verb="archives_exported").count()
    with pytest.raises(Refused, match="没有覆盖它"):
        export(cast, tmp_path / "out")
    assert strange.read_bytes() == b"mine"
    failed = ExportOrder.objects.order_by("-id")[0]
    assert name in failed.failure
    assert Entry.objects.filter(verb="archives_exported").count() == lines


def test_one_flipped_byte_in_the_export_is_named(
    klass: TrainingClass, cast: Cast, tmp_path: Path
) -> None:
    export(cast, tmp_path / "out")
    path = next((tmp_path / "out").rglob("*.zip"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert not verify(tmp_path / "out").ok
    with pytest.raises(Refused, match=path.name):
        export(cast, tmp_path / "out")


def test_the_ledger_says_who_when_how_many_and_the_root(
    klass: TrainingClass, cast: Cast, tmp_path: Path
) -> None:
    done = export(cast, tmp_path / "out", learners=True)
    line = Entry.objects.get(verb="archives_exported")
    assert (line.subject, line.actor) == (done.subject, f"user/{cast.city_official.uid}")
    data = json.loads(line.leaf)["data"]
    assert (data["archives"], data["learners"], data["root"]) == (4, True, done.root)
    seals = [one["seal"] for one in index_of(tmp_path / "out")["archives"]]
    assert year_index.seals_root(seals) == done.root
    assert str(tmp_path) not in line.leaf


def test_a_year_without_archives_and_an_unknown_place_are_refused(
    klass: TrainingClass, cast: Cast, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="1999 年没有"):
        order_export(1999, learners=False, by=cast.city_official, at=NOW, target=str(tmp_path))
    with pytest.raises(BadInput, match="不认识导出位置"):
        export(cast, "ftp://somewhere")
    assert not ExportOrder.objects.exists()


def test_an_archive_that_the_log_has_not_signed_yet_gets_its_receipt_later(
    klass: TrainingClass, cast: Cast, tmp_path: Path
) -> None:
    sealed(klass, tmp_path, version=2)
    export(cast, tmp_path / "out")
    assert index_of(tmp_path / "out")["archives"][0]["receipt"] == ""
    sequence(NOW)
    export(cast, tmp_path / "out")
    receipt = index_of(tmp_path / "out")["archives"][0]["receipt"]
    assert (tmp_path / "out" / receipt).exists()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        s3.client_of.cache_clear()
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="archive")
        yield client
    s3.client_of.cache_clear()


def test_a_bucket_takes_a_year_and_is_not_written_over(
    klass: TrainingClass, cast: Cast, bucket: Any
) -> None:
    export(cast, "s3://archive/2026", learners=True)
    keys = [one["Key"] for one in bucket.list_objects_v2(Bucket="archive")["Contents"]]
    assert "2026/目录.json" in keys
    assert len([key for key in keys if key.endswith(".zip")]) == 4
    assert export(cast, "s3://archive/2026", learners=True).already_there == 4
    zipped = next(key for key in keys if key.endswith(".zip"))
    bucket.put_object(Bucket="archive", Key=zipped, Body=b"mine")
    with pytest.raises(Refused, match="没有覆盖它"):
        export(cast, "s3://archive/2026", learners=True)
    with pytest.raises(Refused, match="写不进去"):
        export(cast, "s3://nowhere/2026")


def test_an_official_orders_it_and_the_worker_does_it(
    klass: TrainingClass, cast: Cast, browser_of: Browser, settings: Any, tmp_path: Path
) -> None:
    settings.ANLAN_EXPORTS = str(tmp_path / "exports")
    city = browser_of(cast.city_official)
    year = queries.sealed_years()[0]
    assert "还没有导出过" in city.get("/archives/export/").content.decode()
    sent = {"year": str(year), "learners": "on"}
    assert city.post("/archives/export/order", sent).status_code == 302
    order = ExportOrder.objects.get()
    assert f"正在导出 {year} 年" in city.get("/archives/export/").content.decode()
    progress = f"/archives/export/{order.uid}/progress"
    assert "等待后台任务" in city.get(progress, headers={"HX-Request": "true"}).content.decode()
    assert city.post("/archives/export/order", sent).status_code == 409
    assert jobs.export_ordered_years(NOW) == 1
    assert jobs.export_ordered_years(NOW) == 0
    assert city.get(progress, headers={"HX-Request": "true"}).status_code == 302
    page = city.get("/archives/export/").content.decode()
    assert "含一人一档" in page
    order.refresh_from_db()
    assert order.root in page
    assert verify(tmp_path / "exports" / str(year)).ok


def test_a_refused_order_is_shown_with_its_reason_and_can_be_repeated(
    klass: TrainingClass, cast: Cast, browser_of: Browser, settings: Any, tmp_path: Path
) -> None:
    settings.ANLAN_EXPORTS = str(tmp_path)
    year = queries.sealed_years()[0]
    strange = tmp_path / str(year) / "目录.json"
    strange.parent.mkdir()
    strange.write_text("{}")
    city = browser_of(cast.city_official)
    city.post("/archives/export/order", {"year": str(year)})
    jobs.export_ordered_years(NOW)
    assert "没有覆盖它" in city.get("/archives/export/").content.decode()
    strange.unlink()
    assert city.post("/archives/export/order", {"year": str(year)}).status_code == 302
    jobs.export_ordered_years(NOW)
    assert list(ExportOrder.objects.values_list("failure", flat=True).order_by("id"))[1] == ""


def test_nobody_but_the_city_exports(
    klass: TrainingClass, cast: Cast, browser_of: Browser, tmp_path: Path
) -> None:
    order = order_export(
        queries.sealed_years()[0],
        learners=False,
        by=cast.city_official,
        at=NOW,
        target=str(tmp_path),
    )
    for user in (cast.district_official, cast.class_manager, cast.safety_officer, cast.outsider):
        browser = browser_of(user)
        assert browser.get("/archives/export/").status_code == 404
        assert browser.post("/archives/export/order", {"year": "2026"}).status_code == 404
        assert browser.get(f"/archives/export/{order.uid}/progress").status_code == 404
    assert ExportOrder.objects.count() == 1


def test_the_command_exports_a_year(
    klass: TrainingClass, cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    year = str(queries.sealed_years()[0])
    out = str(tmp_path / "out")
    words = ["export", "archives", "--year", year, "--to", out, "--learners"]
    assert cli.main([*words, "--as", "district"]) == 1
    assert "限市级监管员" in capsys.readouterr().err
    assert not ExportOrder.objects.exists()
    assert cli.main([*words, "--as", "city"]) == 0
    told = capsys.readouterr().out
    assert "4/4" in told
    assert "封签总根" in told
    assert cli.main(["verify", out]) == 0
    assert cli.main(["export", "archives", "--year", year, "--as", "city"]) == 1
    assert Archive.objects.count() == 4
