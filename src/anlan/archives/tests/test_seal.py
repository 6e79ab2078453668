"""Sealing a class: complete, checkable, never overwritten, finished after a crash."""

import json
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

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
from anlan.archives.services.opening import keys_of
from anlan.attendance.models import Sheet
from anlan.classes.models import Enrolment, EnrolmentStatus
from anlan.classes.queries import registers_of
from anlan.foundation.files.services import keep
from anlan.foundation.ledger import bundles
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.sequencer import public_key
from anlan.foundation.rules.models import Rule
from anlan.lib.refusals import Refused
from anlan.lib.spreadsheets import read_table
from anlan.proofs.opened_copy import opened_copy
from anlan.proofs.verdict import Means, verify
from anlan.testing.builders import a_closed_class, an_approved_class, the_stage, the_worker_seals
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
    the_worker_seals()
    (archive,) = queries.archives_of(klass)
    line = json.loads(Entry.objects.get(verb="class_sealed").leaf)["data"]
    assert (line["seal"], line["version"]) == (archive.manifest_sha256, 1)
    path = "archive/data/08-证明与一人一档/一人一档清单.json"
    listed = json.loads(unpacked(archive).read(path))
    assert {one["seal"] for one in listed} == {
        one.manifest_sha256 for one in queries.learner_archives_of(klass)
    }


def opened(archive: Archive) -> dict[str, bytes]:
    """Everything in an archive, its parts opened with the keys that the platform hands out."""
    with opened_copy(archive.file.path, keys_of(archive)) as copy:
        return {name: b"".join(content) for name, content in copy.members()}


def record_of(archive: Archive, no: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(opened(archive)[f"personal/{no:03d}.json"])
    return found


def test_a_person_s_full_data_is_in_own_part_and_nowhere_in_clear(cast: Cast) -> None:
    klass = a_closed_class(cast, learners=3)
    the_worker_seals()
    people = [one.person for one in klass.enrolments.order_by("id")]
    for archive in Archive.objects.filter(klass=klass):
        bag = unpacked(archive)
        for name in bag.namelist():
            content = bag.read(name)
            for person in people:
                for secret in (person.id_number, person.phone):
                    assert secret.encode() not in content, name
            if name.endswith((".json", ".jsonl", ".txt")):
                assert not any(person.name.encode() in content for person in people), name
    (archive,) = queries.archives_of(klass)
    for no, person in enumerate(people, start=1):
        record = record_of(archive, no)
        assert (record["row"], record["name"]) == (no, person.name)
        assert (record["id_number"], record["phone"]) == (person.id_number, person.phone)
        assert record["openings"]
        others = [other for other in people if other != person]
        assert not any(other.id_number in str(record) for other in others)
    sheet = read_table(opened(archive)["02-花名册/花名册.xlsx"])
    assert "赵*" in str(sheet.rows)


def test_with_the_keys_every_part_opens_and_every_commitment(cast: Cast, tmp_path: Path) -> None:
    klass = a_closed_class(cast, learners=2)
    the_worker_seals()
    for archive in Archive.objects.filter(klass=klass):
        parts = archive.parts.count()
        copy = a_copy(archive, tmp_path)
        closed = verify(copy, Means([public_key()]))
        assert closed.proved, closed.findings
        assert sum(one.kind == "withheld" for one in closed.findings) == parts
        whole = verify(copy, Means([public_key()], keys_of(archive)))
        assert {one.kind for one in whole.findings} == {"ok"}
        assert any("逐项打开" in one.text for one in whole.findings)


def test_a_name_corrected_later_leaves_its_lines_closed_and_the_archive_whole(
    cast: Cast, tmp_path: Path
) -> None:
    klass = a_closed_class(cast, learners=1)
    person = klass.enrolments.get().person
    person.name = "赵改名"
    person.save(update_fields=["name"])
    archive = seal_class(klass, by=None, at=NOW)
    assert verify(a_copy(archive, tmp_path), Means([public_key()], keys_of(archive))).proved
    assert record_of(archive, 1)["openings"] == []


def test_somebody_who_left_has_a_part_too(cast: Cast) -> None:
    klass = a_closed_class(cast, learners=3)
    leaving = klass.enrolments.order_by("id")[0]
    Enrolment.objects.filter(pk=leaving.pk).update(status=EnrolmentStatus.WITHDRAWN)
    archive = seal_class(klass, by=None, at=NOW)
    left = record_of(archive, 3)
    assert (left["row"], left["name"]) == (None, leaving.person.name)
    assert left["openings"]


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
    the_worker_seals()
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
    the_worker_seals()
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
    assert not any(".mp4" in name for name in bag.namelist())
    listed = json.loads(bag.read("archive/data/06-录像/录像清单.json"))
    kept = {one.file.sha256 for _session, one in recordings_of(klass)}
    assert {one["sha256"] for one in listed} == kept
    assert {one["path"] for one in listed} == {""}


def test_paper_scans_lie_encrypted_under_the_class_and_without_their_typed_name(
    cast: Cast, tmp_path: Path
) -> None:
    klass = a_closed_class(cast, learners=1)
    register = registers_of(klass)[0]
    scan = keep([b"%PDF scan"], name="赵明安签到表: 上午.pdf", by=cast.class_manager, at=NOW)
    Sheet.objects.create(register=register, file=scan, by=cast.class_manager, at=NOW)
    archive = seal_class(klass, by=None, at=NOW)
    path = "data/03-签到/扫描件/01-1.pdf.enc"
    assert b"%PDF scan" not in unpacked(archive).read(f"archive/{path}")
    assert archive.parts.get(path=path).key.ref == klass.subject
    assert opened(archive)["03-签到/扫描件/01-1.pdf"] == b"%PDF scan"
    assert verify(a_copy(archive, tmp_path)).ok


def test_a_city_that_must_uses_sm4(cast: Cast, settings: Any) -> None:
    settings.ANLAN_PART_CIPHER = "SM4-GCM"
    archive = seal_class(a_closed_class(cast, learners=1), by=None, at=NOW)
    settings.ANLAN_PART_CIPHER = "AES-256-GCM"
    part = unpacked(archive).read("archive/data/personal/001.json.enc")
    assert b'"alg":"SM4-GCM"' in part.partition(b"\n")[0]
    assert record_of(archive, 1)["row"] == 1


def test_a_log_that_cannot_be_written_is_said_and_does_not_hold_up_sealing(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(at: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bundles, "sequence", full)
    archive = seal_class(a_closed_class(cast, learners=1), by=None, at=NOW)
    verdict = verify(a_copy(archive, tmp_path))
    assert verdict.ok
    assert not verdict.proved
    assert any("没有签出检查点" in one.text for one in verdict.findings)
    assert not verify(a_copy(archive, tmp_path), Means([public_key()])).ok
