"""Anybody checks a certificate; nobody learns more than is needed."""

from datetime import timedelta

import pytest
from django.test import Client

from anlan.archives import numbers
from anlan.archives.models import Certificate, NameTry
from anlan.archives.services import (
    forget_old_tries,
    issue_certificates,
    name_checks,
    revoke_certificate,
)
from anlan.testing.builders import a_closed_class
from anlan.testing.cast import NOW, Cast

NAME = "赵明安"


@pytest.fixture
def certificate(cast: Cast) -> Certificate:
    (one,) = issue_certificates(a_closed_class(cast, learners=1), by=None, at=NOW)
    return one


def page(address: str) -> str:
    return Client().get(address).content.decode()


def test_the_page_shows_what_is_needed_and_nothing_more(
    certificate: Certificate, cast: Cast
) -> None:
    answer = Client().get(f"/c/{certificate.number}")
    said = answer.content.decode()
    assert answer.status_code == 200
    for shown in ("证明有效", "赵*", "12 学时", cast.provider.name, "演示数据", "2026年11月19日"):
        assert shown in said, shown
    person = certificate.enrolment.person
    hidden = (NAME, person.id_number, person.id_number[-4:], person.phone, cast.enterprise.name)
    for secret in hidden:
        assert secret.encode() not in answer.content, secret
    assert str(person.uid) not in said
    assert answer["X-Robots-Tag"].startswith("noindex")
    assert answer["Cache-Control"] == "no-store"


def test_a_number_typed_loosely_finds_its_page(certificate: Certificate) -> None:
    typed = certificate.number.replace("-", " ").lower()
    answer = Client().get("/c/", {"number": typed})
    assert answer.status_code == 302
    assert answer["Location"] == f"/c/{certificate.number}"


def test_a_wrong_number_is_said_to_be_wrong_and_an_unknown_one_unknown(
    certificate: Certificate,
) -> None:
    wrong = certificate.number[:-1] + str((int(certificate.number[-1]) + 1) % 10)
    answer = Client().get(f"/c/{wrong}")
    assert answer.status_code == 404
    assert "校验位不符" in answer.content.decode()
    unknown = Client().get(f"/c/{numbers.write(2026, 999)}")
    assert unknown.status_code == 404
    assert "没有颁发过" in unknown.content.decode()
    assert "校验位不符" in page("/c/?number=" + wrong)


def test_a_revoked_certificate_says_so_and_not_why(certificate: Certificate, cast: Cast) -> None:
    revoke_certificate(certificate, by=cast.city_official, at=NOW, reason="经查由他人代考")
    said = page(f"/c/{certificate.number}")
    assert "证明已撤销" in said
    assert "代考" not in said
    assert "证明有效" not in said


def test_an_expired_certificate_says_so(certificate: Certificate) -> None:
    Certificate.objects.update(valid_until=NOW.date() - timedelta(days=1))
    assert "证明已过期" in page(f"/c/{certificate.number}")


def test_the_right_full_name_agrees(certificate: Certificate) -> None:
    for typed in (NAME, f" {NAME[0]} {NAME[1:]} "):
        answer = Client().post(f"/c/{certificate.number}", {"name": typed})
        assert "姓名一致" in answer.content.decode()


def test_a_wrong_name_is_only_told_that_it_is_wrong(certificate: Certificate) -> None:
    for typed in ("赵明", "赵*", "赵明安安", "王明安"):
        answer = Client().post(f"/c/{certificate.number}", {"name": typed})
        assert "姓名不一致" in answer.content.decode()
        assert NAME.encode() not in answer.content


def test_guessing_names_is_stopped_even_for_the_right_one(certificate: Certificate) -> None:
    client = Client()
    address = f"/c/{certificate.number}"
    for guess in range(name_checks.MOST_FROM_ONE):
        client.post(address, {"name": f"赵{guess}"})
    answer = client.post(address, {"name": NAME})
    assert answer.status_code == 429
    said = answer.content.decode()
    assert "次数过多" in said
    assert "姓名一致" not in said
    elsewhere = Client(REMOTE_ADDR="10.0.0.9").post(address, {"name": NAME})
    assert "姓名一致" in elsewhere.content.decode()


def test_guessing_from_many_addresses_is_stopped_too(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(name_checks, "MOST_IN_ALL", 3)
    address = f"/c/{certificate.number}"
    for host in range(3):
        Client(REMOTE_ADDR=f"10.0.0.{host}").post(address, {"name": "赵某"})
    answer = Client(REMOTE_ADDR="10.0.1.1").post(address, {"name": NAME})
    assert answer.status_code == 429


def test_no_address_is_kept_and_old_counters_go(certificate: Certificate) -> None:
    Client(REMOTE_ADDR="203.0.113.7").post(f"/c/{certificate.number}", {"name": "赵某"})
    kept = NameTry.objects.get()
    assert "203.0.113" not in kept.source
    assert forget_old_tries(kept.hour + timedelta(days=2)) == 1
    assert not NameTry.objects.exists()


def test_an_empty_name_is_asked_for_again(certificate: Certificate) -> None:
    answer = Client().post(f"/c/{certificate.number}", {"name": "  "})
    assert answer.status_code == 422
    assert "请填写完整姓名" in answer.content.decode()
    assert not NameTry.objects.exists()
