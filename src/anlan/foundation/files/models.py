"""Uploaded and generated files: the bytes lie in a content-addressed folder, the row names them."""

import uuid
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models


class StoredFile(models.Model):
    """A file as somebody handed it in; equal bytes are kept once on disk."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    content_type = models.CharField(max_length=100)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["sha256"], name="file_by_hash"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        root = Path(settings.ANLAN_FILES)
        return root / self.sha256[:2] / self.sha256[2:4] / self.sha256
