"""The signature in a certificate's PDF: CMS SignedData (RFC 5652) as PAdES-B-B asks for it.

One signer, SHA-256, detached, three signed attributes (content type, message digest, signing
certificate), no unsigned ones. `parse` takes exactly what `build` writes: every octet of it has a
meaning, so none can be changed unnoticed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from anlan.proofs import der
from anlan.proofs.der import INTEGER, NULL, OCTETS, OID, SEQUENCE, SET, BadDer

CONTENT, ATTRIBUTES = 0xA0, 0xA0  # [0], constructed
SIGNED_DATA, DATA = der.oid("1.2.840.113549.1.7.2"), der.oid("1.2.840.113549.1.7.1")
CONTENT_TYPE, DIGEST = der.oid("1.2.840.113549.1.9.3"), der.oid("1.2.840.113549.1.9.4")
SIGNING_CERTIFICATE = der.oid("1.2.840.113549.1.9.16.2.47")  # ESS, version 2 (RFC 5035)
SHA256 = der.write(SEQUENCE, der.oid("2.16.840.1.101.3.4.2.1"))
RSA_SHA256 = der.write(SEQUENCE, der.oid("1.2.840.113549.1.1.11"), der.write(NULL))
ECDSA_SHA256 = der.write(SEQUENCE, der.oid("1.2.840.10045.4.3.2"))
VERSION_1 = der.integer(1)

# What a broken certificate can raise while it is taken apart; BadDer is a ValueError.
UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
Sign = Callable[[bytes], bytes]


class BadSignature(ValueError):
    """Not a signature of this shape; the message is plain Chinese."""


@dataclass(frozen=True)
class Signature:
    """What was read: who signed what digest. Nothing is verified yet."""

    signer: x509.Certificate
    between: tuple[x509.Certificate, ...]  # towards the root, which is not sent along
    digest: bytes
    value: bytes

    @property
    def holds(self) -> bool:
        """Was the digest signed with the key of the signer's certificate?"""
        signed = _attributes(self.digest, self.signer)
        return verifies(self.signer.public_key(), self.value, der.write_set(signed))


def build(
    digest: bytes, signer: x509.Certificate, between: Sequence[x509.Certificate], sign: Sign
) -> bytes:
    """Sign a SHA-256 digest; the DER of a ContentInfo. ECDSA signatures come in DER."""
    signed = _attributes(digest, signer)
    value = sign(der.write_set(signed))
    return _write(signer, between, signed, value)


def parse(data: bytes) -> Signature:
    """Read what `build` wrote; raises `BadSignature` for anything else."""
    try:
        found = _read(data)
        written = _write(
            found.signer, found.between, _attributes(found.digest, found.signer), found.value
        )
    except UNREADABLE as bad:
        raise BadSignature("签名的结构读不通，已损坏或不是本平台的签名") from bad
    if written != data:
        raise BadSignature("签名的结构不是本平台的写法：可能被改动，或用别的软件重新签过")
    return found


def verifies(key: object, signature: bytes, data: bytes) -> bool:
    """RSA (PKCS #1 v1.5) or ECDSA, over SHA-256."""
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _write(
    signer: x509.Certificate,
    between: Sequence[x509.Certificate],
    signed: Sequence[bytes],
    value: bytes,
) -> bytes:
    return der.write(
        SEQUENCE,
        SIGNED_DATA,
        der.write(
            CONTENT,
            der.write(
                SEQUENCE,
                VERSION_1,
                der.write(SET, SHA256),
                der.write(SEQUENCE, DATA),
                der.write(CONTENT, *(_der(one) for one in (signer, *between))),
                der.write(SET, _signer_info(signer, signed, value)),
            ),
        ),
    )


def _signer_info(signer: x509.Certificate, signed: Sequence[bytes], value: bytes) -> bytes:
    is_rsa = isinstance(signer.public_key(), rsa.RSAPublicKey)
    return der.write(
        SEQUENCE,
        VERSION_1,
        _issuer_and_serial(signer),
        SHA256,
        der.write(ATTRIBUTES, *sorted(signed)),
        RSA_SHA256 if is_rsa else ECDSA_SHA256,
        der.write(OCTETS, value),
    )


def _attributes(digest: bytes, signer: x509.Certificate) -> list[bytes]:
    named = der.write(SEQUENCE, der.write(OCTETS, sha256(_der(signer)).digest()))
    return [
        _attribute(CONTENT_TYPE, DATA),
        _attribute(DIGEST, der.write(OCTETS, digest)),
        _attribute(SIGNING_CERTIFICATE, der.write(SEQUENCE, der.write(SEQUENCE, named))),
    ]


def _attribute(kind: bytes, value: bytes) -> bytes:
    return der.write(SEQUENCE, kind, der.write(SET, value))


def _read(data: bytes) -> Signature:
    _kind, content = der.whole(data).expect(OID, CONTENT)
    (signed_data,) = content.expect(SEQUENCE)
    *_, certificates, infos = signed_data.expect(INTEGER, SET, SEQUENCE, CONTENT, SET)
    (info,) = infos.expect(SEQUENCE)
    *_, attributes, _algorithm, value = info.expect(
        INTEGER, SEQUENCE, SEQUENCE, ATTRIBUTES, SEQUENCE, OCTETS
    )
    signer, *between = (x509.load_der_x509_certificate(one.raw) for one in certificates.parts())
    return Signature(signer, tuple(between), _digest(attributes), value.body)


def _digest(attributes: der.Value) -> bytes:
    for attribute in attributes.parts():
        kind, values = attribute.expect(OID, SET)
        if kind.raw == DIGEST:
            return values.expect(OCTETS)[0].body
    raise BadDer("no message digest")


def _issuer_and_serial(certificate: x509.Certificate) -> bytes:
    """As they are spelled in the certificate itself."""
    parts = der.whole(certificate.tbs_certificate_bytes).parts()
    serial, _algorithm, issuer = [part for part in parts if part.tag in (INTEGER, SEQUENCE)][:3]
    return der.write(SEQUENCE, issuer.raw, serial.raw)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
