"""A self-signed certificate, so that phones on the local network may use their cameras.

Browsers give a page the camera only over HTTPS. This certificate proves nothing to anybody: it is
for trying things out, not for a city's site.
"""

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

VALID = timedelta(days=365)
RENEW_BEFORE = timedelta(days=14)


@dataclass(frozen=True)
class CertificateFiles:
    """Where the certificate and its key (PKCS #8, mode 600) lie."""

    certificate: Path
    key: Path


def self_signed(folder: Path, names: Sequence[str], *, at: datetime) -> CertificateFiles:
    """The certificate for these addresses; made anew when they changed or it soon ends."""
    files = CertificateFiles(folder / "certificate.pem", folder / "key.pem")
    if not _serves(files, names, at):
        folder.mkdir(parents=True, exist_ok=True)
        _make(files, names, at)
    return files


def _serves(files: CertificateFiles, names: Sequence[str], at: datetime) -> bool:
    if not (files.certificate.exists() and files.key.exists()):
        return False
    known = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    held = known.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(_alternatives(names)) <= set(held) and known.not_valid_after_utc > at + RENEW_BEFORE


def _alternatives(names: Sequence[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for name in names:
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(name.strip("[]"))))
        except ValueError:
            found.append(x509.DNSName(name))
    return found


def _make(files: CertificateFiles, names: Sequence[str], at: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Anlan, self-signed")])
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(hours=1))
        .not_valid_after(at + VALID)
        .add_extension(x509.SubjectAlternativeName(_alternatives(names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    files.key.unlink(missing_ok=True)
    with os.fdopen(os.open(files.key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(pem)
    files.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
