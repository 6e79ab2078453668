"""Sealed archives, 一期一档 and 一人一档, and the certificates that stand on them."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.classes.models import Enrolment, TrainingClass
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import SubjectKey


class Archive(models.Model):
    """A sealed BagIt file of a class (`enrolment` None) or of one learner in it.

    Versions only grow: re-sealing makes the next one and leaves the former untouched. After
    `keep_until` the keys of its personal parts are destroyed; empty in archives that have none.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    klass = models.ForeignKey(TrainingClass, models.PROTECT, related_name="archives")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, null=True, related_name="archives")
    version = models.PositiveSmallIntegerField(default=1)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    manifest_sha256 = models.CharField(max_length=64)
    files = models.PositiveIntegerField()
    at = models.DateTimeField()
    keep_until = models.DateField(null=True, db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["klass", "version"],
                condition=Q(enrolment__isnull=True),
                name="class_archive_version_once",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "version"],
                condition=Q(enrolment__isnull=False),
                name="learner_archive_version_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.klass} v{self.version}"

    @property
    def subject(self) -> str:
        return f"archive/{self.uid}"


class ArchivePart(models.Model):
    """An encrypted file in an archive: under whose key it lies, and how that key is recognised.

    The key itself is derived when it is needed and stored nowhere. `check_value` is what the part's
    header says of its key: another secret that came later does not fit it.
    """

    archive = models.ForeignKey(Archive, models.CASCADE, related_name="parts")
    path = models.CharField(max_length=240)
    key = models.ForeignKey(SubjectKey, models.PROTECT, related_name="archive_parts")
    check_value = models.CharField(max_length=32)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["archive", "path"], name="archive_part_once"),
        ]

    def __str__(self) -> str:
        return f"{self.archive} {self.path}"


class CertificateStatus(models.TextChoices):
    VALID = "valid", "有效"
    REVOKED = "revoked", "已撤销"


class Certificate(models.Model):
    """A certificate; `number` is printed and looked up by anybody."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=24, unique=True)
    enrolment = models.OneToOneField(Enrolment, models.PROTECT, related_name="certificate")
    issued_on = models.DateField()
    valid_until = models.DateField()
    theory_score = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    practical_score = models.PositiveSmallIntegerField(null=True)
    hours = models.PositiveSmallIntegerField()
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    version = models.PositiveSmallIntegerField(default=0, help_text="signed prints so far")
    status = models.CharField(
        max_length=10, choices=CertificateStatus, default=CertificateStatus.VALID
    )
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-issued_on", "-id"], name="certificate_newest"),
            models.Index(fields=["status", "valid_until"], name="certificate_by_standing"),
            models.Index(
                fields=["number"],
                condition=Q(status=CertificateStatus.REVOKED),
                name="certificate_revoked",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        return f"certificate/{self.uid}"


class CertificateNumber(models.Model):
    """The head row of a year's certificate numbers, locked to draw the next."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}-{self.last}"


class SealOrder(models.Model):
    """Somebody's wish, with a reason, that a sealed class be sealed again; the worker finds it."""

    klass = models.ForeignKey(TrainingClass, models.PROTECT, related_name="seal_orders")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    archive = models.OneToOneField(Archive, models.PROTECT, null=True, related_name="order")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["klass"], condition=Q(archive__isnull=True), name="seal_order_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.klass}：{self.reason}"


class NameTry(models.Model):
    """How often one address has tried full names on one certificate in one hour.

    `source` is a keyed hash of the address, so that nobody's address is kept.
    """

    certificate = models.ForeignKey(Certificate, models.CASCADE, related_name="name_tries")
    source = models.CharField(max_length=64)
    hour = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["certificate", "source", "hour"], name="name_tries_once_an_hour"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["hour"], name="name_tries_by_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.certificate} {self.hour:%Y-%m-%d %H} × {self.tries}"


class ExportOrder(models.Model):
    """A year's sealed archives on their way to a folder or bucket; the row stays as the record.

    `by_hand`: made by the command line, which does it itself; the others are the worker's. `root`
    is the Merkle root over the seals in the order of the index. `failure` says why it stopped.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    year = models.PositiveSmallIntegerField()
    learners = models.BooleanField(default=False)
    target = models.CharField(max_length=500)
    by_hand = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    total = models.PositiveIntegerField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    already_there = models.PositiveIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    root = models.CharField(max_length=64, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["target"],
                condition=Q(finished_at__isnull=True, by_hand=False),
                name="export_to_one_place_at_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} → {self.target}"

    @property
    def subject(self) -> str:
        return f"export/{self.uid}"


class CertificatePrint(models.Model):
    """One signed PDF of a certificate. A corrected name makes the next version; none is removed."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="prints")
    version = models.PositiveSmallIntegerField()
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    signer = models.CharField(max_length=64, help_text="SHA-256 of the signer's certificate")
    at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["certificate", "version"], name="certificate_print_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate} v{self.version}"


class RunKind(models.TextChoices):
    ISSUE = "issue", "颁发"
    REPRINT = "reprint", "重新打印"


class RunStatus(models.TextChoices):
    OPEN = "open", "进行中"
    DONE = "done", "已完成"
    STOPPED = "stopped", "已停止"


class IssueRun(models.Model):
    """Somebody's wish that certificates be issued, or printed again, over many classes at once.

    The worker does it piece by piece; what is left is found by a query, so a crash loses nothing.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=8, choices=RunKind)
    title = models.CharField(max_length=120)
    reason = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=8, choices=RunStatus, default=RunStatus.OPEN)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "at"], name="issue_run_by_status"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        return f"issue-run/{self.uid}"


class RunClass(models.Model):
    """A class of a run, until its people are listed (`listed_at`); `problem` says why it can't."""

    run = models.ForeignKey(IssueRun, models.CASCADE, related_name="classes")
    klass = models.ForeignKey(TrainingClass, models.PROTECT, related_name="+")
    listed_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "klass"], name="run_class_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run} · {self.klass}"


class ItemStatus(models.TextChoices):
    WAITING = "waiting", "等待"
    DONE = "done", "已完成"
    FAILED = "failed", "未完成"


class RunItem(models.Model):
    """One certificate of a run: waiting, printed, or not printable for a reason."""

    run = models.ForeignKey(IssueRun, models.CASCADE, related_name="items")
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="+")
    status = models.CharField(max_length=8, choices=ItemStatus, default=ItemStatus.WAITING)
    problem = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "certificate"], name="run_item_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["run", "status"], name="run_item_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.run} · {self.certificate}"
