"""A seal and a certificate leave with a receipt that convinces whoever holds the log's key."""

import json
from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from anlan.archives.models import Archive, Certificate
from anlan.foundation.ledger.sequencer import public_key, sequence
from anlan.proofs.receipt import check
from anlan.testing.builders import a_closed_class, the_worker_seals
from anlan.testing.cast import NOW, Cast

Enter = Callable[[object], Client]


def test_the_seal_s_receipt_names_the_seal(cast: Cast, browser_of: Enter) -> None:
    klass = a_closed_class(cast, learners=1)
    the_worker_seals()
    url = reverse("archives:receipt", args=[klass.uid])
    official = browser_of(cast.city_official)
    assert official.get(url).status_code == 409
    sequence(NOW)
    found = json.loads(official.get(url).content)
    archive = Archive.objects.get(klass=klass, enrolment=None)
    assert found["leaf"]["data"]["seal"] == archive.manifest_sha256
    assert {f.kind for f in check(found, [public_key()])} == {"ok"}
    for outsider in (cast.outsider, cast.rival_manager, cast.other_district_official):
        assert browser_of(outsider).get(url).status_code == 404


def test_a_certificate_s_receipt_is_for_anybody_and_names_nobody(cast: Cast) -> None:
    klass = a_closed_class(cast, learners=1)
    the_worker_seals()
    sequence(NOW)
    certificate = Certificate.objects.get(enrolment__klass=klass)
    person = certificate.enrolment.person
    answer = Client().get(reverse("certificates:receipt", args=[certificate.number]))
    text = answer.content.decode()
    assert {f.kind for f in check(json.loads(text), [public_key()])} == {"ok"}
    assert certificate.number in text
    for secret in (person.name, person.id_number, person.phone):
        assert secret not in text


def test_an_unknown_number_has_no_receipt(db: None) -> None:
    for number in ("AL2026-000001-7", "nonsense"):
        assert Client().get(f"/c/{number}/receipt.json").status_code == 404
