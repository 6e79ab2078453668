"""The evidence ledger: what happened, in a form that a Merkle tree can be built over.

The shape of a leaf is final from the first migration. A leaf is RFC 8785 canonical JSON:

    {"v": 1, "id": uuid, "subject": "class/<uid>", "verb": "closed", "actor": "user/<uid>",
     "at": business time, "clock": "server" | "device" | "paper", "device": token,
     "recorded": server time, "data": {…}, "commitments": {"learner": "sha256:…"}}

Times are UTC, RFC 3339 with microseconds. Nothing personal stands in a leaf in clear.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from anlan.lib.fields import SealedTextField


class TimeSource(models.TextChoices):
    """Whose clock the business time was read from."""

    SERVER = "server", "服务器时间"
    DEVICE = "device", "设备时间"
    PAPER = "paper", "纸面记录"


class SubjectKey(models.Model):
    """The secret from which a person's commitment salts derive.

    Destroying it after retention makes every commitment about the person unopenable, while leaves
    and tree stay as they are (design.md section 3).
    """

    ref = models.CharField(max_length=64, unique=True)
    secret = SealedTextField(bound_to="ledger.SubjectKey.secret", blank=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.ref


class Entry(models.Model):
    """One line of the ledger. `leaf` is the evidence; the other columns only find it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.CharField(max_length=80)
    verb = models.CharField(max_length=40)
    actor = models.CharField(max_length=64)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    time_source = models.CharField(max_length=8, choices=TimeSource, default=TimeSource.SERVER)
    device = models.CharField(max_length=64, blank=True)
    about = models.ForeignKey(SubjectKey, models.PROTECT, null=True, related_name="entries")
    leaf = models.TextField()
    leaf_hash = models.BinaryField(max_length=32)
    alg = models.CharField(max_length=8, default="sha256")
    position = models.BigIntegerField(null=True, blank=True, unique=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject", "id"], name="entry_by_subject"),
            models.Index(fields=["about", "id"], name="entry_by_person"),
            models.Index(
                fields=["id"],
                condition=models.Q(position__isnull=True),
                name="entry_unsequenced",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.verb}"


class LogHead(models.Model):
    """How far the log has come: `size` entries have a place, `published` are under a checkpoint.

    One row, locked by whoever sequences. The tiles on disk are derived from the entries; after a
    crash they are written again from `published` on.
    """

    size = models.BigIntegerField(default=0)
    published = models.BigIntegerField(default=0)
    # Fixed by the first round: one log, one tree algorithm, one key. Empty before.
    alg = models.CharField(max_length=8, blank=True)
    vkey = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.published} / {self.size}"


class Checkpoint(models.Model):
    """A signed statement of the log's size and root (C2SP tlog-checkpoint), never changed."""

    size = models.BigIntegerField(unique=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["size"]

    def __str__(self) -> str:
        return f"{self.size} {bytes(self.root).hex()[:12]}"


class Witness(models.Model):
    """Somebody outside the operator who watches the log and signs its checkpoints.

    `vkey` is a C2SP verifier key of the witness kind. Retired, it signs nothing more here; what it
    has signed stays.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=80)
    organization = models.CharField(max_length=120)
    vkey = models.CharField(max_length=300, unique=True)
    since = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        return f"witness/{self.uid}"

    @property
    def key_id(self) -> str:
        """Eight hex digits, enough to tell one key of a witness from another."""
        return self.vkey.split("+")[1]


class Cosignature(models.Model):
    """A witness's line under a checkpoint, verified when it came in (C2SP tlog-cosignature)."""

    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="cosignatures")
    witness = models.ForeignKey(Witness, models.PROTECT, related_name="cosignatures")
    line = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["checkpoint", "witness"], name="cosigned_once"),
        ]

    def __str__(self) -> str:
        return f"{self.witness} {self.checkpoint}"


class TimeStamp(models.Model):
    """An authority's word (RFC 3161) that a checkpoint stood at a time: `at` by its clock."""

    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="stamps")
    authority = models.CharField(max_length=200)
    token = models.BinaryField()
    at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["checkpoint", "authority"], name="stamped_once"),
        ]

    def __str__(self) -> str:
        return f"{self.authority} {self.checkpoint}"
