"""A row that was rewritten in the database does not pass: log, check sheet and `verify` name it."""

import json
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from anlan.archives import jobs, queries
from anlan.archives.models import Archive
from anlan.archives.services import order_reseal, seal_class
from anlan.archives.services.opening import keys_of
from anlan.attendance.models import Mark
from anlan.classes.models import TrainingClass
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.sequencer import public_key
from anlan.proofs.canonical import canonical, leaf_hash
from anlan.proofs.verdict import Means, verify
from anlan.testing.builders import a_closed_class, the_worker_seals
from anlan.testing.cast import NOW, Cast

LATER = NOW + timedelta(days=3)


def checks_of(archive: Archive) -> dict[str, dict[str, Any]]:
    with zipfile.ZipFile(archive.file.path) as bag:
        said = json.loads(bag.read("archive/data/四性检测表.json"))
    return {one["item"]: one for one in said["checks"]}


def sealed_again(klass: TrainingClass, cast: Cast) -> Archive:
    order_reseal(klass, by=cast.city_official, at=LATER, reason="更正")
    assert jobs.reseal_ordered_classes(LATER + timedelta(minutes=1)) == 1
    return queries.archives_of(klass)[0]


def a_copy(archive: Archive, folder: Path) -> Path:
    copy = folder / f"{archive.uid}.zip"
    shutil.copyfile(archive.file.path, copy)
    return copy


def rewrite(entry: Entry, **data: object) -> None:
    """As an operator with the database open would: leaf and hash agree with each other."""
    leaf = json.loads(entry.leaf)
    leaf["data"] |= data
    text = canonical(leaf)
    Entry.objects.filter(pk=entry.pk).update(leaf=text.decode(), leaf_hash=leaf_hash(text))


def test_a_ledger_row_rewritten_before_sealing_again_is_named_by_its_line(
    cast: Cast, tmp_path: Path
) -> None:
    klass = a_closed_class(cast, learners=2)
    the_worker_seals()
    first = queries.archives_of(klass)[0]
    entry = Entry.objects.filter(subject=klass.subject, verb="class_approved").get()
    rewrite(entry, reason="另一个理由")
    second = sealed_again(klass, cast)

    source = checks_of(second)["来源：签名日志"]
    assert source["result"] == "未通过"
    assert str(entry.uid) in source["evidence"]
    verdict = verify(a_copy(second, tmp_path), Means([public_key()]))
    assert not verdict.ok
    assert [(one.kind, one.path) for one in verdict.findings] == [("changed", "data/ledger.jsonl")]
    assert str(entry.uid) in verdict.findings[0].text
    assert verify(a_copy(first, tmp_path), Means([public_key()], keys_of(first))).proved


def test_a_sign_in_rewritten_in_the_database_fails_the_check_sheet(cast: Cast) -> None:
    klass = a_closed_class(cast, learners=2)
    before = checks_of(seal_class(klass, by=None, at=NOW))
    assert before["签到记录与台账一致"]["result"] == "通过"
    mark = Mark.objects.filter(register__session__klass=klass).order_by("id")[0]
    Mark.objects.filter(pk=mark.pk).update(at=mark.at + timedelta(minutes=25))
    after = checks_of(seal_class(klass, by=None, at=LATER))
    assert after["签到记录与台账一致"]["result"] == "未通过"
    assert "1 条签到签退" in after["签到记录与台账一致"]["evidence"]


def test_the_check_sheet_counts_what_it_looked_at_and_hides_nothing(cast: Cast) -> None:
    klass = a_closed_class(cast, learners=3, failing=[1])
    archive = seal_class(klass, by=None, at=NOW)
    found = checks_of(archive)
    assert {one["nature"] for one in found.values()} == {"真实性", "完整性", "可用性", "安全性"}
    assert found["病毒检测"]["result"] == "未检测"
    assert found["录像可识别"]["result"] == "未通过"  # a stand-in is no film, and that is said
    assert found["加密件可开封"]["evidence"] == f"{archive.parts.count()} 件"
    assert found["每人有记录"]["evidence"] == "花名册 3 人，个人记录 3 件"
    failed = {item for item, one in found.items() if one["result"] == "未通过"}
    assert failed == {"录像可识别"}


def test_former_versions_stay_as_they_were_and_their_keys_still_open_them(
    cast: Cast, tmp_path: Path
) -> None:
    klass = a_closed_class(cast, learners=2)
    the_worker_seals()
    former = list(Archive.objects.filter(klass=klass))
    kept = {one.pk: (one.file.path.read_bytes(), keys_of(one)) for one in former}
    second = sealed_again(klass, cast)
    assert second.keep_until == former[0].keep_until
    for one in former:
        one.refresh_from_db()
        content, keys = kept[one.pk]
        assert one.file.path.read_bytes() == content
        assert keys_of(one) == keys
        assert verify(a_copy(one, tmp_path), Means([public_key()], keys)).proved
    crossed = verify(a_copy(second, tmp_path), Means([], kept[former[0].pk][1]))
    assert any(one.kind == "withheld" for one in crossed.findings)  # each version has own keys
