"""Sealing a class: complete, checkable, never overwritten, finished after a crash."""

import json
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from anlan.archives import jobs, queries
from anlan.archives.models import Archive, Certificate, SealOrder
from anlan.archives.report_parts import recordings_of
from anlan.archives.reports import NotClosed
from anlan.archives.services import (
    issue_certificates,
    order_reseal,
    seal_class,
    seal_learners,
    sealing,
)
from anlan.attendance.models import Sheet
from anlan.classes.queries import registers_of
from anlan.foundation.files.services import keep
from anlan.foundation.ledger.models import Entry
from anlan.foundation.rules.models import Rule
from anlan.lib.refusals import Refused
from anlan.proofs.verdict import verify
from anlan.testing.builders import a_closed_class, an_approved_class, the_stage
from anlan.testing.cast import NOW, Cast


def unpacked(archive: Archive) -> zipfile.ZipFile:
    return zipfile.ZipFile(archive.file.path)


def a_copy(archive: Archive, folder: Path) -> Path:
    copy = folder / f"{archive.uid}.zip"
    shutil.copyfile(archive.file.path, copy)
    return copy


def test_a_closed_class_is_sealed_with_its_learners_and_everything_verifies(
    cast: Cast, tmp_path: Path
) -> None:
    klass = a_closed_class(cast, learners=3, failing=[1])
    assert jobs.seal_closed_classes(NOW) == 1

    (archive,) = queries.archives_of(klass)
    verdict = verify(a_copy(archive, tmp_path))
    assert verdict.ok, verdict.findings
    assert verdict.seal == archive.manifest_sha256
    assert verdict.files == archive.files
    names = unpacked(archive).namelist()
    for part in ("00-封面", "审批记录", "花名册.xlsx", "签到记录.pdf", "成绩册.xlsx", "满意度"):
        assert any(part in name for name in names), part
    assert "archive/data/ledger.jsonl" in names
    assert sum(".mp4" in name for name in names) == 2
    assert sum("实操照片" in name for name in names) == 3
    assert Certificate.objects.filter(enrolment__klass=klass).count() == 3
    for learner in queries.learner_archives_of(klass):
        own = verify(a_copy(learner, tmp_path))
        assert own.ok, own.findings
        assert own.seal == learner.manifest_sha256


def test_the_seal_stands_in_the_ledger_and_the_class_archive_lists_its_learners(
    cast: Cast,
) -> None:
    klass = a_closed_class(cast, learners=2)
    jobs.seal_closed_classes(NOW)
    (archive,) = queries.archives_of(klass)
    line = json.loads(Entry.objects.get(verb="class_sealed").leaf)["data"]
    assert (line["seal"], line["version"]) == (archive.manifest_sha256, 1)
    path = "archive/data/08-证明与一人一档/一人一档清单.json"
    listed = json.loads(unpacked(archive).read(path))
    assert {one["seal"] for one in listed} == {
        one.manifest_sha256 for one in queries.learner_archives_of(klass)
    }


def test_openings_show_the_learner_and_only_in_the_archive(cast: Cast) -> None:
    klass = a_closed_class(cast, learners=2)
    seal_learners(klass, by=None, at=NOW)
    one, other = queries.learner_archives_of(klass)
    assert one.enrolment
    assert other.enrolment
    opened = json.loads(unpacked(one).read("archive/data/openings.json"))
    assert opened
    assert {each["value"]["name"] for each in opened} == {one.enrolment.person.name}
    ledger = unpacked(one).read("archive/data/ledger.jsonl").decode()
    assert one.enrolment.person.name not in ledger
    assert other.enrolment.person.id_number not in str(opened)


def test_a_name_corrected_later_leaves_its_lines_closed_and_the_archive_whole(
    cast: Cast, tmp_path: Path
) -> None:
    klass = a_closed_class(cast, learners=1)
    person = klass.enrolments.get().person
    person.name = "赵改名"
    person.save(update_fields=["name"])
    archive = seal_class(klass, by=None, at=NOW)
    assert verify(a_copy(archive, tmp_path)).ok
    assert json.loads(unpacked(archive).read("archive/data/openings.json")) == []


def test_tampering_is_found_and_named(cast: Cast, tmp_path: Path) -> None:
    archive = seal_class(a_closed_class(cast, learners=1), by=None, at=NOW)
    copy = a_copy(archive, tmp_path)
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(copy) as source, zipfile.ZipFile(forged, "w") as target:
        for name in source.namelist():
            said = source.read(name)
            target.writestr(name, said.replace(b'"agreed"', b'"refused"'))
    verdict = verify(forged)
    assert not verdict.ok
    assert any("审批记录.json" in finding.path for finding in verdict.findings)


def test_sealing_again_makes_the_next_version_and_leaves_the_former_untouched(
    cast: Cast,
) -> None:
    klass = a_closed_class(cast, learners=2)
    jobs.seal_closed_classes(NOW)
    (first,) = queries.archives_of(klass)
    before = first.file.path.read_bytes()
    later = NOW + timedelta(days=30)
    order_reseal(klass, by=cast.city_official, at=later, reason="撤销了一张证明")
    assert jobs.reseal_ordered_classes(later + timedelta(seconds=1)) == 1

    second, kept = queries.archives_of(klass)
    assert (second.version, kept.version) == (2, 1)
    assert kept.file.path.read_bytes() == before
    assert second.manifest_sha256 != kept.manifest_sha256
    assert SealOrder.objects.get().archive == second
    assert {one.version for one in queries.learner_archives_of(klass)} == {2}
    assert jobs.reseal_ordered_classes(later + timedelta(minutes=1)) == 0


def test_a_class_that_is_not_closed_is_refused(cast: Cast) -> None:
    klass = an_approved_class(cast, the_stage(cast, learners=1), begins=NOW + timedelta(days=9))
    lines = Entry.objects.count()
    for act in (issue_certificates, seal_class, seal_learners):
        with pytest.raises(NotClosed, match="还没有结班"):
            act(klass, by=cast.city_official, at=NOW)
    assert jobs.seal_closed_classes(NOW) == 0
    assert not Archive.objects.exists()
    assert Entry.objects.count() == lines


def test_a_second_order_waits_for_the_first(cast: Cast) -> None:
    klass = a_closed_class(cast, learners=1)
    with pytest.raises(Refused, match="还没有封存过"):
        order_reseal(klass, by=cast.city_official, at=NOW, reason="补充材料")
    jobs.seal_closed_classes(NOW)
    order_reseal(klass, by=cast.city_official, at=NOW, reason="补充材料")
    with pytest.raises(Refused, match="正在进行"):
        order_reseal(klass, by=cast.city_official, at=NOW, reason="补充材料")
    assert SealOrder.objects.count() == 1


@pytest.mark.parametrize("broken", ["_keep_learner", "class_pieces", "_keep_class"])
def test_a_killed_sealing_is_completed_by_the_next_round_with_nothing_double(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    klass = a_closed_class(cast, learners=3)
    calls = []
    whole = getattr(sealing, broken)

    def dies(*args: object, **named: object) -> object:
        calls.append(args)
        if broken == "_keep_learner" and len(calls) == 1:
            return whole(*args, **named)
        raise SystemExit("killed")

    with monkeypatch.context() as patch:
        patch.setattr(sealing, broken, dies)
        with pytest.raises(SystemExit):
            jobs.seal_closed_classes(NOW)
    assert not queries.archives_of(klass).exists()
    assert Certificate.objects.count() == 3

    assert jobs.seal_closed_classes(NOW + timedelta(minutes=1)) == 1
    assert queries.archives_of(klass).count() == 1
    assert klass.archives.filter(enrolment__isnull=False).count() == 3
    assert Certificate.objects.count() == 3
    assert Entry.objects.filter(verb="certificate_issued").count() == 3
    assert Entry.objects.filter(verb="learner_sealed").count() == 3
    assert jobs.seal_closed_classes(NOW + timedelta(minutes=2)) == 0


def test_a_class_that_cannot_be_sealed_does_not_hold_up_the_next(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = the_stage(cast, learners=1)
    bad = a_closed_class(cast, stage=stage)
    whole = seal_learners

    def refuses(klass: object, **named: object) -> object:
        if klass == bad:
            raise Refused("印不出来")
        return whole(klass, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "seal_learners", refuses)
    with pytest.raises(ExceptionGroup, match="1 classes"):
        jobs.seal_closed_classes(NOW)
    assert not Archive.objects.exists()


def test_a_film_that_is_too_large_is_named_by_its_hash(cast: Cast) -> None:
    klass = a_closed_class(cast, learners=1)
    Rule.objects.filter(key="archive.recording_mb_max").update(value=0)
    archive = seal_class(klass, by=None, at=NOW)
    bag = unpacked(archive)
    assert not any(name.endswith(".mp4") for name in bag.namelist())
    listed = json.loads(bag.read("archive/data/06-录像/录像清单.json"))
    kept = {one.file.sha256 for _session, one in recordings_of(klass)}
    assert {one["sha256"] for one in listed} == kept
    assert {one["path"] for one in listed} == {""}


def test_paper_scans_lie_in_the_archive_under_a_safe_name(cast: Cast, tmp_path: Path) -> None:
    klass = a_closed_class(cast, learners=1)
    register = registers_of(klass)[0]
    scan = keep([b"%PDF scan"], name="签到表: 上午.pdf", by=cast.class_manager, at=NOW)
    Sheet.objects.create(register=register, file=scan, by=cast.class_manager, at=NOW)
    archive = seal_class(klass, by=None, at=NOW)
    path = "archive/data/03-签到/扫描件/01-1-签到表_ 上午.pdf"
    assert unpacked(archive).read(path) == b"%PDF scan"
    assert verify(a_copy(archive, tmp_path)).ok
