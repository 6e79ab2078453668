"""Does a signer's certificate lead to one that the reader trusts?"""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from anlan.proofs.cms import UNREADABLE

LONGEST_CHAIN = 5
LONGEST_TRUST_FILE = 1 << 20


class BadTrust(ValueError):
    """The file holds no certificate; the message is plain Chinese."""


def trusted(path: Path) -> list[x509.Certificate]:
    """The certificates of a PEM file: a root, or the signer itself. Raises `BadTrust`."""
    try:
        with path.open("rb") as stream:
            return x509.load_pem_x509_certificates(stream.read(LONGEST_TRUST_FILE))
    except (OSError, ValueError) as bad:
        raise BadTrust(f"{path}：读不到，或不是 PEM 证书") from bad


def why_not(
    signer: x509.Certificate,
    between: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    at: datetime,
) -> str:
    """Why the signer is not to be trusted at a moment, in Chinese; empty when it is.

    Every certificate that was sent along must be a step of the way. Revocation of the signer's own
    certificate is not looked up: that needs the network.
    """
    chain = [signer, *between]
    root = next((one for one in anchors if chain[-1] == one or _issued(chain[-1], one)), None)
    steps = [*chain, root] if root is not None and root != chain[-1] else chain
    if len(steps) > LONGEST_CHAIN:
        return "证书链过长"
    if not all(_issued(lower, upper) for lower, upper in pairwise(steps)):
        return "证书链断开"
    if root is None:
        who = f"{name_of(signer)}，指纹 {fingerprint(signer)[:16]}…"
        return f"签名证书（{who}）不是由所给发证机关签发的"
    if not _may_sign(signer):
        return "签名证书不允许用于签名"
    late = [one for one in steps if not one.not_valid_before_utc <= at <= one.not_valid_after_utc]
    return f"签名时，证书「{name_of(late[0])}」不在有效期内" if late else ""


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, 64 lower-case hex digits."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def name_of(certificate: x509.Certificate) -> str:
    """The common name, or whatever names it."""
    named = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(named[0].value) if named else certificate.subject.rfc4514_string()


def grouped(digits: str) -> str:
    """A fingerprint as it is read aloud and compared: groups of four."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _issued(lower: x509.Certificate, upper: x509.Certificate) -> bool:
    """Did `upper`, being an authority, sign `lower`?"""
    try:
        authority = upper.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        lower.verify_directly_issued_by(upper)
    except (*UNREADABLE, InvalidSignature, x509.ExtensionNotFound):
        return False
    return authority and _uses(upper, "key_cert_sign")


def _may_sign(signer: x509.Certificate) -> bool:
    return _uses(signer, "digital_signature", "content_commitment")


def _uses(certificate: x509.Certificate, *wanted: str) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return any(getattr(usage, name) for name in wanted)
