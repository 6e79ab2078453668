"""Uploaded and generated files: the bytes lie in a content-addressed store, the row names them."""

import uuid
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anlan.foundation.files.store import the_store
from anlan.lib.refusals import Refused


class BytesRemoved(Refused):
    """The bytes were destroyed when their time was over; name, size and hash are still known."""

    status = 410


class StoredFile(models.Model):
    """A file as somebody handed it in; equal bytes are kept once.

    `removed_at`: the bytes were destroyed after their retention; the row and its hash stay.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    content_type = models.CharField(max_length=100)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["sha256"], name="file_by_hash"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        """A local file with these bytes; from a bucket it is fetched and checked on first use."""
        self.require_bytes()
        return the_store().path(self.sha256)

    def require_bytes(self) -> None:
        """Raises `BytesRemoved` where only the hash is left."""
        if self.removed_at is not None:
            raise BytesRemoved(
                f"「{self.name}」已按保管期限销毁，不能再打开。",
                f"它的哈希 {self.sha256} 仍在，手上有原件的人可以核对。",
            )


class Upload(models.Model):
    """A file on its way in, in pieces (tus). `offset` counts the bytes that are on the disk.

    `purpose` is the room's token: what the file may be used for, and by whom it is taken once.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)  # once whole, before it has its name
    file = models.OneToOneField(StoredFile, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    expires_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(offset__gte=0, offset__lte=F("length")),
                name="upload_offset_within_length",
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True) | Q(file__isnull=False),
                name="upload_taken_when_finished",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["expires_at"], name="upload_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.offset}/{self.length}"
