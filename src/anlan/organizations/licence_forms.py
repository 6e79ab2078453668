"""A photograph in, and which of its words are to be taken over."""

from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from anlan.organizations.forms import OrganizationForm
from anlan.organizations.licences import Compared
from anlan.vision.advice import UnusablePicture
from anlan.vision.pictures import MOST_BYTES

ALL = "all"


def photo_in(request: HttpRequest) -> bytes:
    """The picture as it came; whether it is a licence is for the processes that read."""
    photo: UploadedFile[bytes] | None = request.FILES.get("photo")
    if photo is None or not photo.size:
        raise UnusablePicture("empty")
    if photo.size > MOST_BYTES:
        raise UnusablePicture("too_heavy")
    content: bytes = photo.read()
    return content


def typed_in(request: HttpRequest) -> dict[str, Any]:
    """Everything the form holds now, right or not yet: nothing of it is lost by a photograph."""
    values: dict[str, Any] = {
        name: request.POST.get(name, "") for name in OrganizationForm.base_fields
    }
    values["hazardous"] = "hazardous" in request.POST
    return values


def taken_over(typed: dict[str, Any], rows: Sequence[Compared], wanted: str) -> dict[str, Any]:
    """What was typed, with one field, or all that can be, as the photograph has it."""
    read = {row.name: row.read for row in rows if row.usable and wanted in (row.name, ALL)}
    return typed | read
