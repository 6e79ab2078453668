"""Revoked certificates stand in public lists at once: numbers and days, no names, no reasons."""

import json
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from anlan.archives.issuer import the_issuer
from anlan.archives.models import Certificate
from anlan.archives.services import issue_certificates, revoke_certificate
from anlan.proofs import cli
from anlan.testing.builders import a_closed_class
from anlan.testing.cast import NOW, Cast


@pytest.fixture
def two(cast: Cast) -> list[Certificate]:
    """The first is revoked, the second is not."""
    made = issue_certificates(a_closed_class(cast, learners=2), by=None, at=NOW)
    revoke_certificate(made[0], by=cast.city_official, at=NOW, reason="经查由他人代考")
    return made


@pytest.fixture
def taken_home(two: list[Certificate], tmp_path: Path) -> Path:
    """What an auditor has copied: both PDFs and badges, the root, the list in both forms."""
    for name in ("issuer.pem", "revoked.jwt", "revoked.json"):
        (tmp_path / name).write_bytes(Client().get(f"/c/{name}").content)
    for one, name in zip(two, ("revoked", "valid"), strict=True):
        assert one.file
        (tmp_path / f"{name}.pdf").write_bytes(one.file.path.read_bytes())
        badge = Client().get(f"/c/{one.number}/badge.jwt").content
        (tmp_path / f"{name}-badge.jwt").write_bytes(badge)
    return tmp_path


def verify(folder: Path, name: str, listed: str = "revoked.jwt", *more: str) -> int:
    trust = ["--trust", str(folder / "issuer.pem"), "--revoked", str(folder / listed)]
    return cli.main([str(folder / name), *trust, *more])


def test_the_list_names_numbers_and_days_and_nothing_else(two: list[Certificate]) -> None:
    answer = Client().get("/c/revoked.json")
    listed = answer.json()["revokedCredential"]
    assert [one["id"].rsplit("/")[-1] for one in listed] == [two[0].number]
    assert listed[0]["revoked"] is True
    assert listed[0]["revokedOn"] == "2026-11-23"
    assert "代考" not in answer.content.decode()
    assert two[0].enrolment.person.name not in answer.content.decode()
    assert answer["Cache-Control"] == "public, max-age=60"
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_a_list_that_has_not_changed_is_not_sent_again(two: list[Certificate], cast: Cast) -> None:
    tag = Client().get("/c/revoked.json")["ETag"]
    assert Client(headers={"if-none-match": tag}).get("/c/revoked.json").status_code == 304
    revoke_certificate(two[1], by=cast.city_official, at=NOW, reason="误发")
    assert Client(headers={"if-none-match": tag}).get("/c/revoked.json").status_code == 200


def test_the_human_page_says_the_same(two: list[Certificate]) -> None:
    said = Client().get("/c/revoked").content.decode()
    assert two[0].number in said
    assert two[1].number not in said
    assert "代考" not in said


def test_nobody_revoked_is_said_in_words(cast: Cast) -> None:
    assert "没有撤销过证明" in Client().get("/c/revoked").content.decode()
    assert Client().get("/c/revoked.json").json()["revokedCredential"] == []


@pytest.mark.parametrize("listed", ["revoked.jwt", "revoked.json"])
@pytest.mark.parametrize("ending", [".pdf", "-badge.jwt"])
def test_an_auditor_without_the_network_is_told(
    taken_home: Path, capsys: pytest.CaptureFixture[str], listed: str, ending: str
) -> None:
    assert verify(taken_home, f"valid{ending}", listed) == 0
    assert "没有被撤销" in capsys.readouterr().out
    assert verify(taken_home, f"revoked{ending}", listed) == 1
    said = capsys.readouterr().out
    assert "已于 2026-11-23 被发证单位撤销" in said
    assert "不再有效" in said


def test_a_list_that_somebody_shortened_or_signed_himself_is_refused(
    taken_home: Path, capsys: pytest.CaptureFixture[str], settings: Settings, tmp_path: Path
) -> None:
    text = (taken_home / "revoked.jwt").read_text()
    body, signature = text.rsplit(".", 1)
    (taken_home / "cut.jwt").write_text(f"{body}.{signature[:40]}")
    assert verify(taken_home, "valid.pdf", "cut.jwt") == 1
    assert "签名无效" in capsys.readouterr().out
    settings.ANLAN_ISSUER = tmp_path / "forger"
    (taken_home / "forged.jwt").write_bytes(Client().get("/c/revoked.jwt").content)
    assert verify(taken_home, "valid.pdf", "forged.jwt") == 1
    assert "不是由所给发证机关签发" in capsys.readouterr().out


def test_the_command_says_who_holds_a_badge(
    taken_home: Path, two: list[Certificate], capsys: pytest.CaptureFixture[str]
) -> None:
    number = two[1].enrolment.person.id_number
    claim = ("--holder", number, "--code", "AAAA-AAAA-AAAA-AAAA")
    assert verify(taken_home, "valid-badge.jwt", "revoked.jwt", *claim, "--json") == 1
    found = json.loads(capsys.readouterr().out)[0]["findings"]
    assert [one["kind"] for one in found][-1] == "changed"


def test_without_the_root_the_command_does_not_call_it_good(
    taken_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([str(taken_home / "valid.pdf")]) == 1
    assert "没有给出发证机关证书" in capsys.readouterr().out
    assert cli.main([str(taken_home / "valid.pdf"), "--trust", str(taken_home / "no.pem")]) == 1
    assert cli.main([str(taken_home / "gone.pdf"), "--trust", str(taken_home / "issuer.pem")]) == 1


def test_the_root_that_is_published_is_the_one(two: list[Certificate]) -> None:
    assert Client().get("/c/issuer.pem").content.decode() == the_issuer().root_pem
    said = Client().get("/c/how").content.decode()
    assert the_issuer().fingerprint[:4] in said
    assert "PRIVATE" not in Client().get("/c/issuer.pem").content.decode()
