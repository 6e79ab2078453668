"""Sealing: the documents of a closed class, or of one learner in it, in one archive for good.

Documents are made and packed outside the transaction, which no other writer should wait for; the
row and its ledger line are written in one. What a crash leaves behind is a file without a row;
the next round makes the archive whole.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from anlan.archives.contents import class_pieces, learner_pieces
from anlan.archives.evidence import Evidence, evidence_of
from anlan.archives.models import Archive, ArchivePart, SealOrder
from anlan.archives.papers import ClassFacts, class_facts
from anlan.archives.queries import keep_until, last_version
from anlan.archives.reports import closing_of
from anlan.archives.services.certificates import issue_certificates
from anlan.archives.services.enclosing import Enclosed, enclose, parts_of
from anlan.archives.services.packing import (
    front_matter,
    pack,
    sealing_folder,
)
from anlan.classes.models import Enrolment, TrainingClass
from anlan.classes.queries import enrolled
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.bundles import publish_all
from anlan.foundation.ledger.services import record
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, Refused


@transaction.atomic
def order_reseal(klass: TrainingClass, *, by: User, at: datetime, reason: str) -> SealOrder:
    """Ask for the next version of a sealed class; the worker makes it."""
    if not reason.strip():
        raise BadInput("请写明重新封存的理由。", "这条理由会记入台账。")
    if not last_version(klass):
        raise Refused("本班还没有封存过，正在等待首次封存。", "请稍后刷新页面。")
    if keep_until(klass, at) < local_date(at):
        raise Refused("本班档案的保管期已满，钥匙已经或即将销毁，不能重新封存。", "原有各版不变。")
    said = reason.strip()[:200]
    try:
        with transaction.atomic():
            order = SealOrder.objects.create(klass=klass, reason=said, by=by, at=at)
    except IntegrityError as again:
        raise Refused("已有一次重新封存正在进行。", "请等它完成后再试。") from again
    record(klass.subject, "reseal_ordered", by=by, at=at, reason=said)
    return order


def reseal(order: SealOrder, *, at: datetime) -> Archive:
    """Do what was asked: learners first, then the class, each in its next version."""
    klass = order.klass
    issue_certificates(klass, by=order.by, at=at)
    seal_learners(klass, by=order.by, at=at, older_than=order.at)
    return seal_class(klass, by=order.by, at=at, order=order)


def seal_class(
    klass: TrainingClass, *, by: User | None, at: datetime, order: SealOrder | None = None
) -> Archive:
    """一期一档: everything about a closed class as its next version; former ones stay as they are.

    Raises `NotClosed`; `Refused` when another hand has sealed in the meantime.
    """
    closing_of(klass)
    publish_all(at)
    evidence, facts = evidence_of(klass), class_facts(klass)
    archive = Archive(klass=klass, version=last_version(klass) + 1, at=at)
    archive.keep_until = keep_until(klass, at)
    with sealing_folder() as folder:
        pieces = class_pieces(evidence, facts, at=at)
        enclosed, left_out = enclose(pieces, archive.uid, folder)
        enclosed = front_matter(archive, enclosed, left_out, evidence, facts)
        name = f"一期一档 {klass.number} v{archive.version}.zip"
        pack(archive, enclosed, name, folder)
    return _keep_class(archive, parts_of(archive, enclosed), order, by)


def seal_learners(
    klass: TrainingClass, *, by: User | None, at: datetime, older_than: datetime | None = None
) -> list[Archive]:
    """一人一档 for every learner who has none, or whose newest was sealed before `older_than`."""
    closing_of(klass)
    due = _due(klass, older_than)
    if not due:
        return []
    publish_all(at)
    evidence, facts = evidence_of(klass), class_facts(klass)
    until = keep_until(klass, at)
    made = []
    for no, version, enrolment in due:
        archive = Archive(klass=klass, enrolment=enrolment, at=at, keep_until=until)
        archive.version = version + 1
        enclosed = _pack_learner(archive, no, enrolment, evidence, facts)
        made.append(_keep_learner(archive, parts_of(archive, enclosed), by))
    return made


def _pack_learner(
    archive: Archive, no: int, enrolment: Enrolment, evidence: Evidence, facts: ClassFacts
) -> list[Enclosed]:
    name = f"一人一档 {archive.klass.number} 第{no:02d}号 v{archive.version}.zip"
    with sealing_folder() as folder:
        pieces = learner_pieces(no, enrolment, evidence, facts, at=archive.at)
        enclosed, _left_out = enclose(pieces, archive.uid, folder)
        pack(archive, enclosed, name, folder)
    return enclosed


def _due(klass: TrainingClass, older_than: datetime | None) -> list[tuple[int, int, Enrolment]]:
    """Who waits for an archive, with the row of the roster and the last version."""
    people = enrolled(klass).select_related("person", "organization", "klass__provider")
    with_newest = people.annotate(sealed_at=Max("archives__at"), newest=Max("archives__version"))
    return [
        (no, one.newest or 0, one)
        for no, one in enumerate(with_newest, start=1)
        if one.sealed_at is None or (older_than is not None and one.sealed_at < older_than)
    ]


@transaction.atomic
def _keep_class(
    archive: Archive, parts: Sequence[ArchivePart], order: SealOrder | None, by: User | None
) -> Archive:
    _save_next(archive, parts)
    if order is not None:
        SealOrder.objects.filter(pk=order.pk).update(archive=archive)
    record(
        archive.klass.subject,
        "class_sealed",
        by=by,
        at=archive.at,
        archive=str(archive.uid),
        version=archive.version,
        files=archive.files,
        seal=archive.manifest_sha256,
        sha256=archive.file.sha256,
    )
    return archive


@transaction.atomic
def _keep_learner(archive: Archive, parts: Sequence[ArchivePart], by: User | None) -> Archive:
    _save_next(archive, parts)
    enrolment = archive.enrolment
    if enrolment is None:
        raise ValueError("a learner's archive needs its enrolment")
    record(
        enrolment.subject,
        "learner_sealed",
        by=by,
        at=archive.at,
        about=enrolment.person.uid,
        archive=str(archive.uid),
        version=archive.version,
        seal=archive.manifest_sha256,
        sha256=archive.file.sha256,
    )
    return archive


def _save_next(archive: Archive, parts: Sequence[ArchivePart]) -> None:
    try:
        with transaction.atomic():
            archive.save()
            ArchivePart.objects.bulk_create(parts)
    except IntegrityError as raced:
        raise Refused("另一位同事刚刚封存了同一份档案。", "请刷新页面查看最新一版。") from raced
