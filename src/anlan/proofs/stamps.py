"""RFC 3161 time stamps: an authority outside says that a checkpoint stood at a certain time."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from anlan.proofs import der
from anlan.proofs.der import SEQUENCE
from anlan.proofs.findings import Finding, Kind

STAMP = "时间戳"
KIND = "rfc3161"
SHA256_OID = "2.16.840.1.101.3.4.2.1"
LONGEST_TOKEN = 64 * 1024
CERTIFICATES = 0xA0  # [0], constructed
GRANTED = bytes.fromhex("3003020100")  # PKIStatusInfo { status granted }

Authority = x509.Certificate


class BadStamp(ValueError):
    """The token does not hold; the message is plain Chinese."""


@dataclass(frozen=True, slots=True)
class Stamped:
    """When, and by whom; only `verify` makes one."""

    at: datetime
    authority: str


def request(body: bytes) -> TimeStampRequest:
    """What is sent to the authority: over SHA-256 of the checkpoint's text, with a nonce."""
    return TimestampRequestBuilder().data(body).hash_algorithm(HashAlgorithm.SHA256).build()


def require_answer(token: bytes, asked: TimeStampRequest) -> None:
    """Raises `BadStamp` unless the token answers this very request."""
    told = _parse(token).tst_info
    if (told.message_imprint.message, told.nonce) != (asked.message_imprint.message, asked.nonce):
        raise BadStamp("时间戳机构回答的不是这次请求")


def verify(token: bytes, body: bytes, authorities: Sequence[Authority]) -> Stamped:
    """The time, if one of the authorities (or who stands under them) stamped this text.

    `token` is a TimeStampResp or the bare token. Raises `BadStamp`.
    """
    response = _parse(token)
    if response.tst_info.message_imprint.hash_algorithm.dotted_string != SHA256_OID:
        raise BadStamp("时间戳不是对检查点的 SHA-256 签发的")
    if response.tst_info.message_imprint.message != hashlib.sha256(body).digest():
        raise BadStamp("时间戳是给另一段文字签发的，与这个检查点不符")
    verifier = _verifier(authorities)
    try:
        verifier.verify(response, hashlib.sha256(body).digest())
    except (VerificationError, ValueError):
        raise BadStamp("时间戳的签名不是所给机构签发的，或已被改动") from None
    return Stamped(response.tst_info.gen_time.astimezone(UTC), _signer(response, authorities))


def claimed(token: bytes) -> Stamped:
    """What a token says of itself, unverified: for showing, never for believing."""
    response = _parse(token)
    return Stamped(response.tst_info.gen_time.astimezone(UTC), _signer(response, ()))


def authorities_in(pem: bytes) -> list[Authority]:
    """Every certificate of a PEM file; `ValueError` if there is none."""
    return x509.load_pem_x509_certificates(pem)


def authorities_at(path: Path) -> list[Authority]:
    return authorities_in(path.read_bytes())


def stamp_findings(
    stamps: object, body: bytes, authorities: Sequence[Authority]
) -> Iterator[Finding]:
    """Nothing, if no authority was given: then nobody asked."""
    if not authorities:
        return
    tokens = list(_tokens(stamps))
    if not tokens:
        yield _finding("removed", "这份回执没有时间戳")
    for token in tokens:
        try:
            stamped = verify(token, body, authorities)
        except BadStamp as bad:
            yield _finding("changed", str(bad))
        else:
            when = f"{stamped.at:%Y-%m-%d %H:%M:%S} UTC"
            yield _finding("ok", f"{stamped.authority} 证明检查点在 {when} 已经存在")


def _tokens(stamps: object) -> Iterator[bytes]:
    for stamp in stamps if isinstance(stamps, Iterable) else []:
        if isinstance(stamp, Mapping) and stamp.get("kind") == KIND:
            try:
                yield base64.b64decode(_text(stamp.get("token")), validate=True)
            except ValueError:
                yield b""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _parse(token: bytes) -> TimeStampResponse:
    try:
        if len(token) > LONGEST_TOKEN:
            raise ValueError("too long")
        response = decode_timestamp_response(_as_response(token))
        response.tst_info.gen_time  # noqa: B018 - a refusal has none, and says so here
    except (ValueError, IndexError):
        raise BadStamp("时间戳读不出来，可能不完整") from None
    return response


def _as_response(token: bytes) -> bytes:
    """The token in the response it came in, its certificates in the order that DER asks for.

    OpenSSL leaves them as they come, and a strict reader refuses that. Nothing signed is touched.
    """
    whole = der.whole(token)
    first, *others = whole.parts()
    if first.tag == der.OID:  # a bare ContentInfo
        status, content = GRANTED, whole
    elif others:
        status, content = first.raw, others[0]
    else:
        return token  # a refusal
    kind, wrapped = content.parts()
    (signed_data,) = wrapped.parts()
    sorted_data = der.write(SEQUENCE, *map(_in_order, signed_data.parts()))
    return der.write(
        SEQUENCE, status, der.write(SEQUENCE, kind.raw, der.write(wrapped.tag, sorted_data))
    )


def _in_order(part: der.Value) -> bytes:
    """The set of certificates, sorted; every other part of the signed data as it is."""
    if part.tag != CERTIFICATES:
        return part.raw
    return der.write(CERTIFICATES, *sorted(one.raw for one in part.parts()))


def _verifier(authorities: Sequence[Authority]) -> Any:
    """Self-signed certificates are roots; any other is one on the way, or the signer's own."""
    builder = VerifierBuilder()
    for certificate in authorities:
        if certificate.issuer == certificate.subject:
            builder = builder.add_root_certificate(certificate)
        else:
            builder = builder.add_intermediate_certificate(certificate)
    try:
        return builder.build()
    except ValueError:
        raise BadStamp("所给证书里没有根证书（自签的那一张），无法核对时间戳") from None


def _signer(response: TimeStampResponse, authorities: Sequence[Authority]) -> str:
    inside = map(x509.load_der_x509_certificate, response.signed_data.certificates)
    known = [*inside, *authorities]
    for info in response.signed_data.signer_infos:
        for one in known:
            if (one.issuer, one.serial_number) == (info.issuer, info.serial_number):
                return _name(one.subject)
        return _name(info.issuer)
    return "未署名的机构"


def _name(name: x509.Name) -> str:
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()


def _finding(kind: Kind, text: str) -> Finding:
    return Finding(kind, STAMP, f"{STAMP}：{text}")
