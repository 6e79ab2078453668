"""Open Badges 3.0: less than the public page says, provable by the holder and by nobody else."""

import base64
import json
import re
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from django.test import Client
from pytest_django import Settings

from anlan.archives.badges import badge_jwt, holder_code
from anlan.archives.issuer import the_issuer
from anlan.archives.models import Certificate
from anlan.archives.queries import holder_secret
from anlan.archives.services import issue_certificates
from anlan.foundation.ledger.services import destroy_key
from anlan.proofs import jws
from anlan.proofs.badge import check_badge, conclusion, is_holder
from anlan.testing.builders import a_closed_class
from anlan.testing.cast import NOW, Cast


@pytest.fixture
def two(cast: Cast) -> list[Certificate]:
    return issue_certificates(a_closed_class(cast, learners=2), by=None, at=NOW)


def fetched(certificate: Certificate) -> str:
    return Client().get(f"/c/{certificate.number}/badge.jwt").content.decode()


def code_of(certificate: Certificate) -> str:
    return holder_code(certificate, holder_secret(certificate.enrolment.person))


def test_a_badge_verifies_with_the_root_alone(two: list[Certificate]) -> None:
    findings = check_badge(fetched(two[0]), [the_issuer().root])
    assert {one.kind for one in findings} == {"ok"}, findings
    assert conclusion(findings).startswith("徽章真实")
    assert "unchecked" in {one.kind for one in check_badge(fetched(two[0]), [])}


def test_it_names_nobody(two: list[Certificate]) -> None:
    badge = jws.read_compact(fetched(two[0]))
    text = json.dumps([badge.header, badge.payload], ensure_ascii=False)
    person = two[0].enrolment.person
    for secret in (person.name, person.id_number, person.phone, str(person.uid)):
        assert secret not in text, secret
    assert code_of(two[0]) not in text
    assert "result" not in badge.payload["credentialSubject"]  # no scores either


def test_the_holder_proves_it_with_id_number_and_code_and_another_does_not(
    two: list[Certificate],
) -> None:
    mine, other = two
    root = [the_issuer().root]
    me, them = mine.enrolment.person, other.enrolment.person
    assert is_holder(jws.read_compact(fetched(mine)).payload, me.id_number, code_of(mine))
    spoken = code_of(mine).lower().replace("-", " ")
    good = check_badge(fetched(mine), root, holder=(me.id_number, spoken))
    assert good[-1].kind == "ok"
    for claim in (
        (them.id_number, code_of(mine)),  # found a code, has another ID card
        (me.id_number, code_of(other)),  # knows the ID number, not the code
        (me.id_number, ""),
    ):
        assert check_badge(fetched(mine), root, holder=claim)[-1].kind == "changed", claim


def test_the_header_and_claims_are_what_open_badges_asks_for(two: list[Certificate]) -> None:
    """OB 3.0, JSON Web Token proof: RS256, no header beyond four, claims repeat the credential."""
    badge = jws.read_compact(fetched(two[0]))
    assert badge.header.keys() <= {"alg", "kid", "jwk", "typ"}
    assert (badge.header["alg"], badge.header["typ"]) == ("RS256", "JWT")
    assert "d" not in badge.header["jwk"]
    said = badge.payload
    assert said["iss"] == said["issuer"]["id"]
    assert said["jti"] == said["id"] == f"http://127.0.0.1:8000/c/{two[0].number}"
    assert said["sub"] == said["credentialSubject"]["id"]
    assert said["nbf"] == datetime.fromisoformat(said["validFrom"]).timestamp()
    assert said["validUntil"] == "2029-11-18T23:59:59+08:00"
    assert said["credentialStatus"]["type"] == "1EdTechRevocationList"


def test_the_key_that_the_badge_names_is_published_and_is_the_one(two: list[Certificate]) -> None:
    badge = jws.read_compact(fetched(two[0]))
    path = badge.header["kid"].removeprefix("http://127.0.0.1:8000")
    published = Client().get(path).json()

    def number(name: str) -> int:
        text = published[name] + "=" * (-len(published[name]) % 4)
        return int.from_bytes(base64.urlsafe_b64decode(text), "big")

    assert badge.holds(RSAPublicNumbers(number("e"), number("n")).public_key())
    profile = Client().get("/c/issuer.json").json()
    assert profile["id"] == badge.payload["iss"]
    assert profile["verificationMethod"][0]["publicKeyJwk"] == published
    assert Client().get("/c/keys/unknown").status_code == 404


def test_a_changed_badge_is_named(two: list[Certificate]) -> None:
    head, body, signature = fetched(two[0]).split(".")
    said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    said["credentialSubject"]["achievement"]["name"] = "爆破作业"
    forged = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    findings = check_badge(f"{head}.{forged}.{signature}", [the_issuer().root])
    assert [one.kind for one in findings] == ["changed"]
    assert check_badge("a.b", [])[0].kind == "malformed"
    assert check_badge(f"{head}.{body}.{signature[:40]}", [])[0].kind == "changed"


def test_a_badge_signed_again_with_another_key_is_named(
    two: list[Certificate], settings: Settings, tmp_path: Path
) -> None:
    root = the_issuer().root
    settings.ANLAN_ISSUER = tmp_path / "forger"
    forged = badge_jwt(two[0], secret=holder_secret(two[0].enrolment.person), at=NOW)
    findings = check_badge(forged, [root])
    assert [one.kind for one in findings] == ["ok", "changed", "ok"]
    assert "另一把密钥" in findings[1].text


def test_when_the_persons_key_is_destroyed_the_badge_names_nobody_any_more(
    two: list[Certificate], cast: Cast
) -> None:
    person = two[0].enrolment.person
    code = code_of(two[0])
    destroy_key(str(person.uid), by=cast.city_official, at=NOW)
    said = jws.read_compact(fetched(two[0])).payload
    assert "identifier" not in said["credentialSubject"]
    assert said["credentialSubject"]["id"].startswith("urn:uuid:")
    assert not is_holder(said, person.id_number, code)


def test_only_the_holder_sees_the_code(
    two: list[Certificate], cast: Cast, browser_of: object
) -> None:
    mine = browser_of(two[0].enrolment.person.user)  # type: ignore[operator]
    code = code_of(two[0])
    assert re.fullmatch(r"([A-Z2-7]{4}-){3}[A-Z2-7]{4}", code)
    assert code in mine.get("/archives/mine/").content.decode()
    assert code not in Client().get(f"/c/{two[0].number}").content.decode()
    official = browser_of(cast.city_official)  # type: ignore[operator]
    assert code not in official.get(f"/archives/certificates/{two[0].uid}/").content.decode()


def test_an_unknown_number_has_no_badge(cast: Cast) -> None:
    for number in ("AL2026-000999-2", "nonsense"):
        assert Client().get(f"/c/{number}/badge.jwt").status_code == 404
