"""Who signs certificates: the issuer's key and certificate, kept outside the database (mode 600).

An installation makes its own at set-up: a root of twenty years (`authority.pem`) and, under it, a
signing certificate of five (`issuer.pem`). A city with a certificate of a licensed authority
(电子签名法) names its PKCS #12 file instead (`ANLAN_ISSUER_P12`, `ANLAN_ISSUER_PASSWORD`).

RSA-3072, not ECDSA: every reader of PDFs in the offices can check it, and RS256 is what Open Badges
asks for; a signature takes a millisecond.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from django.conf import settings

from anlan.lib.write_once import write_once
from anlan.proofs.trust import fingerprint

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
AUTHORITY, ISSUER = "authority.pem", "issuer.pem"
BITS = 3072
ROOT_DAYS, ISSUER_DAYS = 20 * 365, 5 * 365


class BadIssuer(Exception):
    """The issuer's key or certificate can't be used; the message is plain Chinese."""


@dataclass(frozen=True)
class Issuer:
    """A key, its certificate, what stands between, and the root that readers are to trust."""

    key: Key
    certificate: x509.Certificate
    between: tuple[x509.Certificate, ...]
    root: x509.Certificate
    former: tuple[x509.Certificate, ...] = ()

    def sign(self, data: bytes) -> bytes:
        """Over SHA-256: RSA with PKCS #1 v1.5, or ECDSA in DER."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.certificate)

    @property
    def ever(self) -> list[tuple[x509.Certificate, ...]]:
        """Every certificate that has signed here, with what stands between it and the root."""
        return [(self.certificate, *self.between), *((one,) for one in self.former)]

    @property
    def root_pem(self) -> str:
        return self.root.public_bytes(Encoding.PEM).decode()

    @property
    def days_left(self) -> timedelta:
        """Until the certificate, or one above it, ends."""
        chain = (self.certificate, *self.between, self.root)
        return min(one.not_valid_after_utc for one in chain) - datetime.now(UTC)


def the_issuer() -> Issuer:
    """The installation's issuer, made at the first call. Raises `BadIssuer`.

    Read once per process; a renewed file is read again.
    """
    if settings.ANLAN_ISSUER_P12:
        path = Path(settings.ANLAN_ISSUER_P12)
        return _from_p12(str(path), settings.ANLAN_ISSUER_PASSWORD, _stamp(path))
    folder = Path(settings.ANLAN_ISSUER)
    if not (folder / ISSUER).exists():
        _make(folder)
    return _from_folder(str(folder), _stamp(folder / ISSUER))


def renew() -> Issuer:
    """A new key and certificate under the same root; the former file stays beside it.

    Certificates that were signed before stay valid: their signatures lead to the same root.
    """
    if settings.ANLAN_ISSUER_P12:
        raise BadIssuer("证书由 ANLAN_ISSUER_P12 给出，请向签发机构续期后替换该文件")
    folder = Path(settings.ANLAN_ISSUER)
    former = the_issuer()
    _read(folder / AUTHORITY)  # without the root's key there is nothing to renew with
    current = folder / ISSUER
    current.rename(folder / f"issuer-{former.fingerprint[:16]}.pem")
    return the_issuer()


def _make(folder: Path) -> None:
    """Both files, each whole or not at all; of two processes the slower takes the other's."""
    now = datetime.now(UTC)
    city = settings.ANLAN_CITY
    note = "（演示）" if settings.ANLAN_DEMONSTRATION else ""
    if not (folder / AUTHORITY).exists():
        key = rsa.generate_private_key(65537, BITS)
        name = _name(city, f"{city}培训证明根证书{note}")
        root = _certificate(name, key.public_key(), name, key, now, ROOT_DAYS, authority=True)
        write_once(folder / AUTHORITY, _pem(key, root))
    above, root = _read(folder / AUTHORITY)
    key = rsa.generate_private_key(65537, BITS)
    name = _name(city, f"{city}培训证明签发{note}")
    days = min(ISSUER_DAYS, (root.not_valid_after_utc - now).days)
    made = _certificate(name, key.public_key(), root.subject, above, now, days, authority=False)
    write_once(folder / ISSUER, _pem(key, made))


def _certificate(
    subject: x509.Name,
    key: rsa.RSAPublicKey,
    issuer: x509.Name,
    signed_with: Key,
    now: datetime,
    days: int,
    *,
    authority: bool,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
    above = signed_with.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(
            x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True
        )
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above), critical=False)
        .sign(signed_with, hashes.SHA256())
    )


def _name(city: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _fit(f"{city}人力资源和社会保障局")),
            x509.NameAttribute(NameOID.COMMON_NAME, _fit(common)),
        ]
    )


def _fit(text: str) -> str:
    """X.509 allows a name 64 octets; a city's may be long."""
    return text.encode()[:64].decode(errors="ignore")


def _pem(key: Key, certificate: x509.Certificate) -> str:
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (secret + certificate.public_bytes(Encoding.PEM)).decode()


def _read(path: Path) -> tuple[Key, x509.Certificate]:
    try:
        text = path.read_bytes()
        return _usable(load_pem_private_key(text, None)), x509.load_pem_x509_certificate(text)
    except (OSError, ValueError, TypeError) as bad:
        raise BadIssuer(f"签发证书读不出来：{path}") from bad


def _usable(key: object) -> Key:
    if isinstance(key, rsa.RSAPrivateKey):
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise BadIssuer("签发密钥须是 RSA 或 ECDSA P-256")


def _stamp(path: Path) -> int:
    """Changes when the file is replaced."""
    try:
        return path.stat().st_mtime_ns
    except OSError as bad:
        raise BadIssuer(f"找不到签发证书：{path}") from bad


@lru_cache(maxsize=4)
def _from_folder(folder: str, _stamp: int) -> Issuer:
    key, certificate = _read(Path(folder) / ISSUER)
    root = x509.load_pem_x509_certificate((Path(folder) / AUTHORITY).read_bytes())
    former = sorted(Path(folder).glob("issuer-*.pem"))
    before = tuple(x509.load_pem_x509_certificate(one.read_bytes()) for one in former)
    return Issuer(key, certificate, (), root, before)


@lru_cache(maxsize=4)
def _from_p12(path: str, password: str, _stamp: int) -> Issuer:
    """The chain as the file has it: from the certificate upwards, the last one the root."""
    try:
        held = pkcs12.load_pkcs12(Path(path).read_bytes(), password.encode() or None)
    except ValueError as bad:
        raise BadIssuer(f"{path}：口令不对，或不是 PKCS #12 文件") from bad
    if held.cert is None or held.key is None:
        raise BadIssuer(f"{path}：里面没有证书和私钥")
    certificate = held.cert.certificate
    chain = _upwards(certificate, [one.certificate for one in held.additional_certs])
    root = chain[-1] if chain else certificate
    return Issuer(_usable(held.key), certificate, tuple(chain[:-1]), root)


def _upwards(
    certificate: x509.Certificate, others: list[x509.Certificate]
) -> list[x509.Certificate]:
    found: list[x509.Certificate] = []
    here = certificate
    while here.issuer != here.subject:
        above = next(
            (one for one in others if one.subject == here.issuer and one not in found), None
        )
        if above is None:
            break
        found.append(above)
        here = above
    return found
