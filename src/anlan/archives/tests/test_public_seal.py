"""The public page of a seal: for anybody, and without anybody's data."""

import json
from datetime import timedelta

from django.test import Client

from anlan.archives import jobs, queries
from anlan.archives.services import order_reseal
from anlan.foundation.ledger.sequencer import public_key, sequence
from anlan.proofs.receipt import check
from anlan.testing.builders import a_closed_class, the_worker_seals
from anlan.testing.cast import NOW, Cast
from anlan.testing.queries import counted


def test_anybody_sees_that_a_seal_was_published_and_nobody_s_name(cast: Cast) -> None:
    klass = a_closed_class(cast, learners=2)
    the_worker_seals()
    sequence(NOW)
    (archive,) = queries.archives_of(klass)
    with counted("seals:show"):
        answer = Client().get(f"/a/{klass.number}")
    page = answer.content.decode()
    seal = archive.manifest_sha256
    assert f"{seal[:4]} {seal[4:8]}" in page
    entry = queries.sealing_entry(archive)
    assert entry
    assert entry.position is not None
    assert f"第 {entry.position + 1:,} 条" in page
    for one in klass.enrolments.all():
        for secret in (one.person.name, one.person.id_number, one.person.phone):
            assert secret not in page
    assert answer["X-Robots-Tag"] == "noindex, nofollow"


def test_its_receipt_holds_and_each_version_has_its_own(cast: Cast) -> None:
    klass = a_closed_class(cast, learners=1)
    the_worker_seals()
    assert Client().get(f"/a/{klass.number}/receipt.json").status_code == 409
    order_reseal(klass, by=cast.city_official, at=NOW + timedelta(days=1), reason="更正")
    jobs.reseal_ordered_classes(NOW + timedelta(days=1, minutes=1))
    sequence(NOW + timedelta(days=1, minutes=2))
    newest, former = queries.archives_of(klass)
    page = Client().get(f"/a/{klass.number}").content.decode()
    assert newest.manifest_sha256[:4] in page
    assert f"/a/{former.uid}" in page
    for archive in (newest, former):
        found = json.loads(Client().get(f"/a/{archive.uid}/receipt.json").content)
        assert found["leaf"]["data"]["seal"] == archive.manifest_sha256
        assert {one.kind for one in check(found, [public_key()])} == {"ok"}


def test_a_learner_s_seal_is_there_too_by_its_uid_alone(cast: Cast) -> None:
    klass = a_closed_class(cast, learners=1)
    the_worker_seals()
    sequence(NOW)
    archive = queries.learner_archives_of(klass)[0]
    page = Client().get(f"/a/{archive.uid}").content.decode()
    assert "一人一档" in page
    assert archive.enrolment
    assert archive.enrolment.person.name not in page


def test_an_unknown_number_is_said_to_be_unknown(db: None) -> None:
    for reference in ("2020-00000", "nonsense", "6f0f2a52-0000-4000-8000-000000000001"):
        answer = Client().get(f"/a/{reference}")
        assert answer.status_code == 404
        assert "没有找到" in answer.content.decode()
        assert Client().get(f"/a/{reference}/receipt.json").status_code == 404
