"""A visitor in the guide with a photographed licence."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from anlan.organizations.licence_reading import read_next_licence
from anlan.organizations.licence_services import photograph_for_draft
from anlan.organizations.models import LicencePhoto, Organization
from anlan.organizations.tests.builders import a_registration, some_facts
from anlan.testing.cast import NOW
from anlan.testing.eyes import ToldEyes, a_read_licence
from anlan.vision.findings import Paper

JPEG = b"\xff\xd8\xff\xe0 a licence of nobody"
HOME = "127.0.0.1"
KEY = "a visitor's key"
ACCOUNT = {
    "person_name": "赵样例",
    "username": "minghu.safety",
    "password": "Ming-Hu-2026",
    "again": "Ming-Hu-2026",
}


def as_read(**other: str) -> Paper:
    """What the eyes see of the enterprise of `some_facts`."""
    facts = some_facts()
    told = {
        "name": facts["name"],
        "code": facts["uscc"],
        "kind": "有限责任公司",
        "legal_person": "钱样例",
        "address": facts["address"],
        "founded": "2015-03-09",
    }
    return a_read_licence(told | other)


def read_as(*papers: Paper | Exception) -> None:
    """The eyes are asked until nothing waits."""
    ToldEyes.papers.extend(papers)
    for _ in papers:
        read_next_licence(NOW)


def a_photo(paper: Paper | Exception | None = None, content: bytes = JPEG) -> LicencePhoto:
    """A visitor's photograph, read as told; without a paper it waits."""
    photo = photograph_for_draft(KEY, content, address=HOME, at=NOW)
    if paper is not None:
        read_as(paper)
        photo.refresh_from_db()
    return photo


def handed_in(**facts: Any) -> Organization:
    """A registration with what lies under the visitor's key."""
    return a_registration(photographed=KEY, **facts)


def a_file(content: bytes = JPEG) -> SimpleUploadedFile:
    return SimpleUploadedFile("licence.jpg", content, content_type="image/jpeg")


def press(client: Client, act: str, **facts: Any) -> Any:
    """A button of the guide's second step, with all that is typed."""
    form: dict[str, Any] = dict(some_facts(), hazardous="") | facts
    del form["hazardous"]
    url = reverse("organizations:register_organization")
    return client.post(url, form | {"act": act})


def enter_guide(client: Client) -> None:
    client.post(reverse("organizations:register"), ACCOUNT)
