"""Sealing: the documents of a closed class, or of one learner in it, in one archive for good.

Documents are made and packed outside the transaction, which no other writer should wait for; the
row and its ledger line are written in one. What a crash leaves behind is a file without a row;
the next round makes the archive whole.
"""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from anlan.archives import evidence
from anlan.archives.contents import Piece, class_pieces, learner_pieces
from anlan.archives.models import Archive, SealOrder
from anlan.archives.papers import class_facts
from anlan.archives.queries import last_version
from anlan.archives.reports import closing_of
from anlan.archives.services.certificates import issue_certificates
from anlan.classes.models import Enrolment, TrainingClass
from anlan.classes.queries import enrolled
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import MEGABYTE, keep
from anlan.foundation.ledger.services import record
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, Refused
from anlan.proofs.bag import plain_name, write_bag_to


@transaction.atomic
def order_reseal(klass: TrainingClass, *, by: User, at: datetime, reason: str) -> SealOrder:
    """Ask for the next version of a sealed class; the worker makes it."""
    if not reason.strip():
        raise BadInput("请写明重新封存的理由。", "这条理由会记入台账。")
    if not last_version(klass):
        raise Refused("本班还没有封存过，正在等待首次封存。", "请稍后刷新页面。")
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
    version = last_version(klass) + 1
    pieces = class_pieces(klass, at=at)
    file, seal = _pack(pieces, f"一期一档 {klass.number} v{version}.zip", klass, version, at)
    archive = Archive(klass=klass, version=version, file=file, manifest_sha256=seal, at=at)
    archive.files = len(pieces)
    return _keep_class(archive, order, by)


def seal_learners(
    klass: TrainingClass, *, by: User | None, at: datetime, older_than: datetime | None = None
) -> list[Archive]:
    """一人一档 for every learner who has none, or whose newest was sealed before `older_than`."""
    closing_of(klass)
    due = _due(klass, older_than)
    if not due:
        return []
    facts, entries = class_facts(klass), evidence.class_entries(klass)
    made = []
    for enrolment in due:
        pieces = learner_pieces(enrolment, facts, entries, at=at)
        version = last_version(klass, enrolment) + 1
        name = f"一人一档 {klass.number} {plain_name(enrolment.person.name)} v{version}.zip"
        file, seal = _pack(pieces, name, klass, version, at)
        archive = Archive(klass=klass, enrolment=enrolment, version=version, file=file, at=at)
        archive.manifest_sha256, archive.files = seal, len(pieces)
        made.append(_keep_learner(archive, by))
    return made


def _due(klass: TrainingClass, older_than: datetime | None) -> list[Enrolment]:
    people = enrolled(klass).select_related("person", "organization", "klass__provider")
    with_newest = people.annotate(sealed_at=Max("archives__at"))
    return [
        one
        for one in with_newest
        if one.sealed_at is None or (older_than is not None and one.sealed_at < older_than)
    ]


@transaction.atomic
def _keep_class(archive: Archive, order: SealOrder | None, by: User | None) -> Archive:
    _save_next(archive)
    if order is not None:
        SealOrder.objects.filter(pk=order.pk).update(archive=archive)
    record(
        archive.klass.subject,
        "class_sealed",
        by=by,
        at=archive.at,
        version=archive.version,
        files=archive.files,
        seal=archive.manifest_sha256,
        sha256=archive.file.sha256,
    )
    return archive


@transaction.atomic
def _keep_learner(archive: Archive, by: User | None) -> Archive:
    _save_next(archive)
    enrolment = archive.enrolment
    if enrolment is None:
        raise ValueError("a learner's archive needs its enrolment")
    record(
        enrolment.subject,
        "learner_sealed",
        by=by,
        at=archive.at,
        about=enrolment.person.uid,
        version=archive.version,
        seal=archive.manifest_sha256,
        sha256=archive.file.sha256,
    )
    return archive


def _save_next(archive: Archive) -> None:
    try:
        with transaction.atomic():
            archive.save()
    except IntegrityError as raced:
        raise Refused("另一位同事刚刚封存了同一份档案。", "请刷新页面查看最新一版。") from raced


def _pack(
    pieces: Sequence[Piece], name: str, klass: TrainingClass, version: int, at: datetime
) -> tuple[StoredFile, str]:
    """Write the bag beside the file store, then keep it there; returns the file and its seal."""
    root = Path(settings.ANLAN_FILES)
    root.mkdir(parents=True, exist_ok=True)
    info = {
        "Source-Organization": plain_name(klass.provider.name),
        "External-Identifier": plain_name(klass.number),
        "External-Description": plain_name(klass.title),
        "Bagging-Date": local_date(at).isoformat(),
        "Archive-Version": str(version),
        "Synthetic": "yes" if klass.is_synthetic else "no",
    }
    with tempfile.TemporaryDirectory(dir=root, prefix="sealing-") as folder:
        target = Path(folder) / "archive.zip"
        seal = write_bag_to(target, [(piece.path, piece.content) for piece in pieces], info)
        return keep(_chunks(target), name=name, by=None, at=at), seal


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(MEGABYTE):
            yield chunk
