"""Certificates: one for each who passed, numbered, printed, revoked with a reason."""

from datetime import date, timedelta

import pytest

from anlan.archives import numbers, queries
from anlan.archives.models import Certificate, CertificateStatus
from anlan.archives.services import certificates as issuing
from anlan.archives.services import issue_certificates, revoke_certificate
from anlan.classes.queries import enrolled
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.testing.builders import a_closed_class
from anlan.testing.cast import NOW, Cast


def test_everybody_who_passed_gets_one_and_nobody_gets_two(cast: Cast) -> None:
    klass = a_closed_class(cast, learners=3, failing=[2])
    issued = issue_certificates(klass, by=None, at=NOW)
    assert [one.number for one in issued] == [numbers.write(2026, n) for n in (1, 2, 3)]
    assert issue_certificates(klass, by=None, at=NOW + timedelta(days=1)) == []
    first = issued[0]
    assert (first.issued_on, first.valid_until) == (date(2026, 11, 19), date(2029, 11, 18))
    assert first.hours == 12
    assert first.file is not None
    assert first.file.path.read_bytes().startswith(b"%PDF")
    assert Entry.objects.filter(verb="certificate_issued").count() == 3


def test_what_a_crash_left_unprinted_is_printed_next_time(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    klass = a_closed_class(cast, learners=2)
    with monkeypatch.context() as patch:
        patch.setattr(issuing, "print_certificates", lambda *a, **k: 0)
        issue_certificates(klass, by=None, at=NOW)
    assert Certificate.objects.filter(file=None).count() == 2
    issue_certificates(klass, by=None, at=NOW)
    assert Certificate.objects.filter(file=None).count() == 0
    assert Certificate.objects.count() == 2


def test_a_learner_is_told_and_told_again_when_it_is_revoked(cast: Cast) -> None:
    klass = a_closed_class(cast, learners=1)
    (certificate,) = issue_certificates(klass, by=None, at=NOW)
    revoke_certificate(certificate, by=cast.city_official, at=NOW, reason="经查代考")
    certificate.refresh_from_db()
    assert certificate.status == CertificateStatus.REVOKED
    assert certificate.revoked_by == cast.city_official
    user = enrolled(klass)[0].person.user
    titles = list(Notice.objects.filter(user=user).values_list("title", flat=True))
    assert any("已颁发" in title for title in titles)
    assert any("已被撤销" in title for title in titles)


def test_revoking_needs_a_reason_and_happens_once(cast: Cast) -> None:
    (certificate,) = issue_certificates(a_closed_class(cast, learners=1), by=None, at=NOW)
    with pytest.raises(BadInput, match="理由"):
        revoke_certificate(certificate, by=cast.city_official, at=NOW, reason=" ")
    assert not Entry.objects.filter(verb="certificate_revoked").exists()
    revoke_certificate(certificate, by=cast.city_official, at=NOW, reason="经查代考")
    with pytest.raises(NotAllowed):
        revoke_certificate(certificate, by=cast.city_official, at=NOW, reason="再来一次")
    assert Entry.objects.filter(verb="certificate_revoked").count() == 1


def test_the_last_day_counts_and_the_next_does_not(cast: Cast) -> None:
    (certificate,) = issue_certificates(a_closed_class(cast, learners=1), by=None, at=NOW)
    assert queries.standing(certificate, date(2029, 11, 18)) == "valid"
    assert queries.standing(certificate, date(2029, 11, 19)) == "expired"


def test_a_certificate_of_29_february_ends_on_28_february() -> None:
    assert issuing.last_day(date(2028, 2, 29), 3) == date(2031, 2, 28)
    assert issuing.last_day(date(2026, 11, 23), 3) == date(2029, 11, 22)


def test_every_single_wrong_figure_of_a_number_is_found() -> None:
    good = numbers.write(2026, 123)
    for at, sign in enumerate(good):
        for other in "0123456789":
            if sign.isdigit() and other != sign:
                with pytest.raises(ValueError, match="校验位"):
                    numbers.parse(good[:at] + other + good[at + 1 :])


WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x30, 0x5B)})


@pytest.mark.parametrize(
    "typed", ["al2026-000123-7", " AL2026 000123 7 ", "AL2026—000123—7".translate(WIDE)]
)
def test_a_number_is_read_as_people_type_it(typed: str) -> None:
    assert numbers.parse(typed) == "AL2026-000123-7"
