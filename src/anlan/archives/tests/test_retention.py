"""The end of retention: keys go, sealed bytes and proofs stay as they are."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from anlan.archives import jobs, queries
from anlan.archives.models import Archive
from anlan.archives.services import hand_out_keys, hand_out_opened, hand_out_paper, order_reseal
from anlan.archives.services.opening import keys_of
from anlan.classes.models import Enrolment, Status, TrainingClass
from anlan.foundation.ledger.models import Entry, SubjectKey
from anlan.foundation.ledger.receipts import receipt_of
from anlan.foundation.ledger.sequencer import public_key, sequence
from anlan.foundation.ledger.services import record
from anlan.lib.dates import local_date
from anlan.lib.refusals import Refused
from anlan.proofs.receipt import check
from anlan.proofs.verdict import Means, verify
from anlan.testing.builders import a_closed_class, the_stage, the_worker_seals
from anlan.testing.cast import NOW, Cast

YEARS = timedelta(days=365 * 5 + 3)
ENDED = NOW + YEARS


def sealed(cast: Cast, learners: int = 2) -> TrainingClass:
    klass = a_closed_class(cast, learners=learners)
    the_worker_seals()
    return klass


def a_copy(archive: Archive, folder: Path) -> Path:
    copy = folder / f"{archive.uid}.zip"
    shutil.copyfile(archive.file.path, copy)
    return copy


def test_retention_runs_from_the_first_sealing_by_the_rule_of_that_day(cast: Cast) -> None:
    klass = sealed(cast)
    (archive,) = queries.archives_of(klass)
    day = local_date(NOW)
    assert archive.keep_until == day.replace(year=day.year + 5)
    assert jobs.destroy_ended_keys(NOW + timedelta(days=365 * 5)) == 0
    assert not Entry.objects.filter(verb="key_destroyed").exists()


def test_at_its_end_keys_are_destroyed_and_archive_and_log_verify_as_before(
    cast: Cast, tmp_path: Path
) -> None:
    klass = sealed(cast)
    archives = list(Archive.objects.filter(klass=klass))
    before = {one.pk: one.file.path.read_bytes() for one in archives}
    lines = list(Entry.objects.order_by("id").values_list("leaf", "leaf_hash"))
    handed = {one.pk: keys_of(one) for one in archives}
    sequence(NOW)
    assert jobs.destroy_ended_keys(ENDED) == 3  # two people and the class
    assert jobs.destroy_ended_keys(ENDED) == 0

    refs = {str(one.person.uid) for one in klass.enrolments.all()} | {klass.subject}
    destroyed = Entry.objects.filter(verb="key_destroyed")
    assert {one.subject.removeprefix("person/") for one in destroyed} == refs
    assert list(Entry.objects.order_by("id").values_list("leaf", "leaf_hash"))[: len(lines)] == (
        lines
    )
    for one in archives:
        one.refresh_from_db()
        assert one.file.path.read_bytes() == before[one.pk]
        gone = keys_of(one)
        assert gone.keys[str(one.uid)] == {}
        verdict = verify(a_copy(one, tmp_path), Means([public_key()], gone))
        assert verdict.proved, verdict.findings
        withheld = [f for f in verdict.findings if f.kind == "withheld"]
        assert len(withheld) == one.parts.count()
        assert all("按保管期限销毁" in f.text for f in withheld)
        # what was handed out before cannot be called back, and says so in the documents
        assert verify(a_copy(one, tmp_path), Means([], handed[one.pk])).ok
    found = receipt_of(klass.subject, "class_sealed")
    assert found
    assert {f.kind for f in check(found, [public_key()])} == {"ok"}


def test_after_it_the_platform_opens_nothing_and_says_why(cast: Cast) -> None:
    klass = sealed(cast)
    jobs.destroy_ended_keys(ENDED)
    (archive,) = queries.archives_of(klass)
    taken = Entry.objects.filter(subject=archive.subject).count()
    for act in (hand_out_keys, hand_out_opened, hand_out_paper):
        with pytest.raises(Refused, match="保管期已满"):
            act(archive, by=cast.city_official, at=ENDED, reason="审计抽查")
    with pytest.raises(Refused, match="保管期已满"):
        order_reseal(klass, by=cast.city_official, at=ENDED, reason="补充材料")
    assert Entry.objects.filter(subject=archive.subject).count() == taken


def test_a_person_s_key_waits_for_the_last_class(cast: Cast) -> None:
    stage = the_stage(cast, learners=2)
    first = a_closed_class(cast, stage=stage)
    the_worker_seals()
    person = stage.people[0]
    second = TrainingClass(
        **{
            field.attname: getattr(first, field.attname)
            for field in TrainingClass._meta.concrete_fields
            if field.attname not in ("id", "uid", "number")
        },
        number="2026-77777",
    )
    second.status = Status.RUNNING
    second.save()
    Enrolment.objects.create(
        klass=second,
        person=person,
        organization=cast.enterprise,
        source="booking",
        by=cast.safety_officer,
        at=NOW,
    )
    assert jobs.destroy_ended_keys(ENDED) == 2  # the other person and the class
    standing = SubjectKey.objects.get(ref=str(person.uid))
    assert standing.secret
    second.status = Status.CANCELLED
    second.save(update_fields=["status"])
    assert jobs.destroy_ended_keys(ENDED) == 1
    assert not SubjectKey.objects.get(ref=str(person.uid)).secret


def test_somebody_who_comes_back_later_does_not_open_the_old_archive(cast: Cast) -> None:
    klass = sealed(cast, learners=1)
    person = klass.enrolments.get().person
    jobs.destroy_ended_keys(ENDED)
    record(
        "class/another", "enrolled", by=None, at=ENDED, about=person.uid, personal=person.committed
    )
    assert SubjectKey.objects.get(ref=str(person.uid)).secret
    for archive in Archive.objects.filter(klass=klass):
        assert keys_of(archive).keys[str(archive.uid)] == {}
    assert jobs.destroy_ended_keys(ENDED) == 0
