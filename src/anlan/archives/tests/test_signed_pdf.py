"""A certificate's PDF is signed: whoever has the root's certificate can check it, and any change shows."""

import io
import random
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pytest_django import Settings

from anlan.archives import issuer as issuing
from anlan.archives.issuer import BadIssuer, Issuer, renew, the_issuer
from anlan.archives.models import Certificate, CertificatePrint
from anlan.archives.services import issue_certificates, print_certificates, printing
from anlan.archives.signing import sign_pdf
from anlan.foundation.ledger.models import Entry
from anlan.proofs.certificate import check_pdf, conclusion, facts_in
from anlan.proofs.findings import Finding
from anlan.testing.builders import a_closed_class
from anlan.testing.cast import NOW, Cast

BLANK = b"\n".join(
    [
        b"%PDF-1.7",
        b"1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj",
        b"2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj",
        b"3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>> endobj",
        b"xref",
        b"0 4",
        b"0000000000 65535 f ",
        b"0000000009 00000 n ",
        b"0000000054 00000 n ",
        b"0000000105 00000 n ",
        b"trailer <</Size 4/Root 1 0 R>>",
        b"startxref",
        b"169",
        b"%%EOF",
        b"",
    ]
)
FACTS = {
    "format": "anlan-certificate/1", "number": "AL2026-000001-7", "version": 1, "name": "赵明安",
    "class": "一期", "provider": "某校", "issued_on": "2026-11-19", "valid_until": "2126-11-18",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _small_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Issuers that a story makes for itself; searching primes of full size takes a second."""
    monkeypatch.setattr(issuing, "BITS", 2048)


def kinds(findings: list[Finding]) -> list[str]:
    return [finding.kind for finding in findings]


def said(findings: list[Finding]) -> str:
    return "\n".join(finding.text for finding in findings if finding.kind != "ok")


def a_signed_page(issuer: Issuer, facts: dict[str, object] = FACTS) -> bytes:
    at = datetime.now(UTC)
    return sign_pdf(BLANK, issuer, facts=facts, reason="颁发", at=at)


@pytest.fixture
def printed(cast: Cast) -> Certificate:
    (one,) = issue_certificates(a_closed_class(cast, learners=1), by=None, at=NOW)
    return one


def test_a_certificate_verifies_from_its_bytes_with_the_root_alone(printed: Certificate) -> None:
    assert printed.file
    data = printed.file.path.read_bytes()
    findings = check_pdf(data, [the_issuer().root])
    assert set(kinds(findings)) == {"ok"}, said(findings)
    assert conclusion(findings).startswith("证明真实，签名有效")
    facts = facts_in(data)
    assert facts["number"] == printed.number
    assert facts["name"] == printed.enrolment.person.name
    assert printed.enrolment.person.id_number not in str(facts)
    printed_line = Entry.objects.get(verb="certificate_printed").leaf
    assert printed.file.sha256 in printed_line
    assert the_issuer().fingerprint in printed_line


def test_other_peoples_software_agrees(printed: Certificate, tmp_path: Path) -> None:
    """pyHanko's own validator, which shares no line with ours, finds the same."""
    assert printed.file
    (signature,) = PdfFileReader(io.BytesIO(printed.file.path.read_bytes())).embedded_signatures
    (tmp_path / "root.pem").write_text(the_issuer().root_pem)
    root = load_cert_from_pemder(str(tmp_path / "root.pem"))  # type: ignore[no-untyped-call]
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[root]))
    assert status.bottom_line
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"


def test_signing_leaves_pdf_a_as_typst_wrote_it(printed: Certificate) -> None:
    """One metadata stream, still PDF/A-2b; the field is invisible, so it needs no appearance."""
    assert printed.file
    data = printed.file.path.read_bytes()
    assert data.count(b"pdfaid:part") == 2  # one element, opened and closed
    assert re.search(rb"<pdfaid:part>2</pdfaid:part>", data)
    assert re.search(rb"/Rect \[ 0 0 0 0 \]", data)
    assert b"pyHanko" not in data


def test_a_flipped_byte_is_found_wherever_it_is() -> None:
    issuer = the_issuer()
    whole = a_signed_page(issuer)
    assert kinds(check_pdf(whole, [issuer.root])) == ["ok"] * 4
    chance = random.Random(7)
    unnoticed = []
    for at in range(len(whole)):
        forged = bytearray(whole)
        forged[at] ^= 1 << chance.randrange(8)
        if set(kinds(check_pdf(bytes(forged), [issuer.root]))) == {"ok"}:
            unnoticed.append(at)
    assert unnoticed == []


def test_a_flipped_byte_in_the_page_is_named(printed: Certificate) -> None:
    assert printed.file
    forged = bytearray(printed.file.path.read_bytes())
    forged[9000] ^= 1
    findings = check_pdf(bytes(forged), [the_issuer().root])
    assert "changed" in kinds(findings)
    assert "有字节被改动" in said(findings)
    assert conclusion(findings) == "证明不可信，原因见上。"


def test_an_update_after_the_signature_is_named() -> None:
    issuer = the_issuer()
    writer = IncrementalPdfFileWriter(io.BytesIO(a_signed_page(issuer)))
    writer.root["/Lang"] = writer.root["/Type"]
    writer.update_root()  # type: ignore[no-untyped-call]
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    findings = check_pdf(out.getvalue(), [issuer.root])
    assert kinds(findings) == ["added", "ok"]
    assert "增量更新" in said(findings)


def test_a_file_cut_short_and_a_signature_taken_off_are_named() -> None:
    issuer = the_issuer()
    whole = a_signed_page(issuer)
    assert "被截断" in said(check_pdf(whole[:-9], [issuer.root]))
    assert "没有电子签名" in said(check_pdf(BLANK, [issuer.root]))
    assert kinds(check_pdf(b"PK\x03\x04", [issuer.root])) == ["malformed"]


def test_a_certificate_signed_again_with_another_key_is_named(
    settings: Settings, tmp_path: Path
) -> None:
    ours = the_issuer()
    settings.ANLAN_ISSUER = tmp_path / "forger"  # same names, other keys
    forger = the_issuer()
    findings = check_pdf(a_signed_page(forger), [ours.root])
    assert kinds(findings) == ["ok", "ok", "changed", "ok"]
    assert "另一把密钥重新签名" in said(findings)


def test_without_the_root_nothing_is_trusted() -> None:
    findings = check_pdf(a_signed_page(the_issuer()), [])
    assert kinds(findings) == ["ok", "ok", "unchecked", "ok"]
    assert "没有给出发证机关证书" in said(findings)
    assert "还不能算真实" in conclusion(findings)


def test_a_signature_put_on_with_an_expired_certificate_is_not_trusted() -> None:
    issuer = the_issuer()
    late = issuer.certificate.not_valid_after_utc + timedelta(days=1)
    pdf = sign_pdf(BLANK, issuer, facts=FACTS, reason="颁发", at=late)
    assert "不在有效期内" in said(check_pdf(pdf, [issuer.root]))


def test_an_expired_certificate_is_genuine_and_said_to_be_expired() -> None:
    issuer = the_issuer()
    pdf = a_signed_page(issuer, FACTS | {"valid_until": "2020-01-01"})
    findings = check_pdf(pdf, [issuer.root])
    assert set(kinds(findings)) == {"ok"}
    assert "已过有效期" in conclusion(findings)


def test_a_renewed_signer_leads_to_the_same_root_and_old_prints_stay_good(
    settings: Settings, tmp_path: Path
) -> None:
    settings.ANLAN_ISSUER = tmp_path / "issuer"
    before = the_issuer()
    old = a_signed_page(before)
    after = renew()
    assert after.fingerprint != before.fingerprint
    assert after.root == before.root
    assert before.certificate in after.former
    for pdf in (old, a_signed_page(after)):
        assert set(kinds(check_pdf(pdf, [after.root]))) == {"ok"}
    for path in (tmp_path / "issuer").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_citys_own_pkcs12_with_a_key_of_p256_signs_as_well(
    settings: Settings, tmp_path: Path
) -> None:
    p12, root = a_p12(tmp_path, "口令-1")
    settings.ANLAN_ISSUER_P12, settings.ANLAN_ISSUER_PASSWORD = str(p12), "口令-1"
    issuer = the_issuer()
    assert issuer.root == root
    assert len(issuer.between) == 1
    assert set(kinds(check_pdf(a_signed_page(issuer), [root]))) == {"ok"}
    settings.ANLAN_ISSUER_PASSWORD = "wrong"
    with pytest.raises(BadIssuer, match="口令"):
        the_issuer()
    with pytest.raises(BadIssuer, match="续期"):
        renew()


def test_without_the_roots_key_nothing_is_renewed_and_the_signer_stays(
    settings: Settings, tmp_path: Path
) -> None:
    settings.ANLAN_ISSUER = tmp_path / "issuer"
    before = the_issuer()
    (tmp_path / "issuer" / issuing.AUTHORITY).write_text(before.root_pem)
    with pytest.raises(BadIssuer, match="authority"):
        renew()
    issuing._from_folder.cache_clear()
    assert the_issuer().fingerprint == before.fingerprint


def test_a_city_of_a_long_name_has_an_issuer_too(settings: Settings, tmp_path: Path) -> None:
    settings.ANLAN_ISSUER, settings.ANLAN_CITY = tmp_path / "issuer", "克孜勒苏柯尔克孜自治州" * 2
    settings.ANLAN_DEMONSTRATION = True
    assert set(kinds(check_pdf(a_signed_page(the_issuer()), [the_issuer().root]))) == {"ok"}


def test_printing_once_more_changes_nothing(cast: Cast) -> None:
    klass = a_closed_class(cast, learners=2)
    issue_certificates(klass, by=None, at=NOW)
    lines = Entry.objects.count()
    assert print_certificates(klass, at=NOW) == 0
    assert (CertificatePrint.objects.count(), Entry.objects.count()) == (2, lines)


def test_of_two_printers_the_slower_leaves_no_row(cast: Cast) -> None:
    klass = a_closed_class(cast, learners=1)
    issue_certificates(klass, by=None, at=NOW)
    one = Certificate.objects.select_related("enrolment__klass__provider").get()
    stale = Certificate.objects.get(pk=one.pk)
    printing.print_batch([one], printing.Order(NOW, reason="更正"))
    printing.print_batch([stale], printing.Order(NOW, reason="更正"))
    assert [p.version for p in CertificatePrint.objects.order_by("version")] == [1, 2]
    assert Entry.objects.filter(verb="certificate_reprinted").count() == 1


def a_p12(folder: Path, password: str) -> tuple[Path, x509.Certificate]:
    """A root, something between, and a signer, all of P-256."""
    now = datetime.now(UTC)
    made: list[tuple[ec.EllipticCurvePrivateKey, x509.Certificate]] = []
    for level, name in enumerate(("根", "中间", "签名")):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"某市 {name}")])
        above = made[-1] if made else None
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(above[1].subject if above else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=900))
            .add_extension(x509.BasicConstraints(ca=level < 2, path_length=None), critical=True)
        )
        made.append((key, builder.sign(above[0] if above else key, hashes.SHA256())))
    (_, root), (_, between), (key, signer) = made
    path = folder / "issuer.p12"
    sealed = BestAvailableEncryption(password.encode())
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"issuer", key, signer, [between, root], sealed)
    )
    return path, root


def test_two_processes_that_start_together_agree_on_one_issuer(
    settings: Settings, tmp_path: Path
) -> None:
    settings.ANLAN_ISSUER = folder = tmp_path / "issuer"
    first = the_issuer()
    issuing._make(folder)  # the slower process, which has seen no file yet
    issuing._from_folder.cache_clear()
    assert the_issuer().fingerprint == first.fingerprint
