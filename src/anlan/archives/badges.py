"""The Open Badges 3.0 credential of a certificate, its issuer's profile, the revocation list.

Signed when it is asked for, with the issuer's own key (VC-JWT, RS256; ADR 0011). It bears less than
the public page: no name at all, the holder only as a salted hash that opens with the ID number and
a code of 80 bits which the holder alone can see. The code hangs on the person's key in the ledger:
when that is destroyed, the badge names nobody any more.
"""

import base64
import hashlib
import hmac
import uuid
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.conf import settings

from anlan.archives.issuer import the_issuer
from anlan.archives.models import Certificate
from anlan.archives.papers import issuer as issuer_name
from anlan.archives.papers import verify_url
from anlan.archives.queries import is_synthetic
from anlan.foundation.ledger.services import rfc3339
from anlan.lib.dates import at_shanghai, local_date
from anlan.proofs import jws
from anlan.proofs.badge import IDENTITY, identity_hash

CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
REVOCATION_LIST = "1EdTechRevocationList"


def badge_jwt(certificate: Certificate, *, secret: str, at: datetime) -> str:
    """The signed credential; `secret` is the holder's key in the ledger, "" when destroyed."""
    credential = open_badge(certificate, secret=secret)
    claims = {
        "iss": credential["issuer"]["id"],
        "jti": credential["id"],
        "sub": credential["credentialSubject"]["id"],
        "nbf": int(_begin(certificate.issued_on).timestamp()),
        "exp": int(_end(certificate.valid_until).timestamp()),
        "iat": int(at.timestamp()),
    }
    return signed({**credential, **claims})


def open_badge(certificate: Certificate, *, secret: str) -> dict[str, Any]:
    """The credential as OB 3.0 has it, unsigned."""
    return {
        "@context": CONTEXTS,
        "id": verify_url(certificate.number),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"培训合格证明 {certificate.number}",
        "issuer": profile(synthetic=is_synthetic(certificate)),
        "validFrom": _written(_begin(certificate.issued_on)),
        "validUntil": _written(_end(certificate.valid_until)),
        "credentialSubject": _subject(certificate, secret),
        "credentialStatus": {"id": address("revoked.json"), "type": REVOCATION_LIST},
    }


def profile(*, synthetic: bool) -> dict[str, Any]:
    """Who issues, as a credential names it; the key is at `address("issuer.json")`."""
    return {
        "id": address("issuer.json"),
        "type": ["Profile"],
        "name": issuer_name(synthetic),
        "url": settings.ANLAN_PUBLIC_URL.rstrip("/") + "/c/",
    }


def issuer_document(*, synthetic: bool) -> dict[str, Any]:
    """The public profile with its keys (JWK), the present one first, and the root's address."""
    here = address("issuer.json")
    return {
        "@context": CONTEXTS,
        **profile(synthetic=synthetic),
        "verificationMethod": [
            {
                "id": address(f"keys/{name}"),
                "type": "JsonWebKey",
                "controller": here,
                "publicKeyJwk": found,
            }
            for name, found in public_keys().items()
        ],
        "authority": address("issuer.pem"),
    }


def public_keys() -> dict[str, dict[str, Any]]:
    """Every key that has signed here as JWK, by its thumbprint; `kid` leads to one of them."""
    found = {}
    for certificate, *above in the_issuer().ever:
        key = certificate.public_key()
        if not isinstance(key, RSAPublicKey | EllipticCurvePublicKey):
            continue
        name = jws.thumbprint(key)
        found[name] = {**jws.jwk(key, (certificate, *above)), "kid": address(f"keys/{name}")}
    return found


def revocation_list(revoked: Iterable[Certificate], *, at: datetime) -> dict[str, Any]:
    """The 1EdTech Revocation List: numbers and days; no names, no reasons."""
    return {
        "id": address("revoked.json"),
        "issuer": address("issuer.json"),
        "asOf": rfc3339(at.replace(microsecond=0)),
        "revokedCredential": [
            {
                "id": verify_url(one.number),
                "revoked": True,
                "revokedOn": local_date(one.revoked_at).isoformat() if one.revoked_at else "",
            }
            for one in revoked
        ],
    }


def signed(payload: dict[str, Any]) -> str:
    """As a compact JWS; the header brings key and certificates, so that it can be checked alone."""
    found = the_issuer()
    key, chain = found.key.public_key(), (found.certificate, *found.between)
    kid = address(f"keys/{jws.thumbprint(key)}")
    header = {"typ": "JWT", "kid": kid, "jwk": jws.jwk(key, chain)}
    return jws.sign_compact(payload, header, key, found.sign)


def holder_code(certificate: Certificate, secret: str) -> str:
    """What the holder shows beside the ID card: 16 letters and figures; "" when the key is gone."""
    if not secret:
        return ""
    text = base64.b32encode(_derived(certificate, secret, "code")[:10]).decode()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def address(name: str) -> str:
    """A public address of this room."""
    return f"{settings.ANLAN_PUBLIC_URL.rstrip('/')}/c/{name}"


def _subject(certificate: Certificate, secret: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": f"urn:uuid:{uuid.uuid5(certificate.uid, 'holder')}",
        "type": ["AchievementSubject"],
        "achievement": _achievement(certificate),
        "creditsEarned": certificate.hours,
        "licenseNumber": certificate.number,
    }
    if secret:
        salt = _derived(certificate, secret, "salt")[:16].hex()
        code = holder_code(certificate, secret)
        number = certificate.enrolment.person.id_number
        found["identifier"] = [
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": identity_hash(number, code, salt),
                "identityType": IDENTITY,
                "salt": salt,
            }
        ]
    return found


def _achievement(certificate: Certificate) -> dict[str, Any]:
    klass = certificate.enrolment.klass
    syllabus = klass.syllabus
    return {
        "id": f"urn:uuid:{syllabus.uid}",
        "type": ["Achievement"],
        "achievementType": "Certificate",
        "name": syllabus.title,
        "description": f"{klass.provider.name}举办的《{klass.title}》（{klass.number}），"
        f"{certificate.hours} 学时。",
        "criteria": {
            "narrative": f"按大纲《{syllabus.title}》培训不少于 {syllabus.hours_required} 学时，"
            "到课达到规定比例，理论考核和实操考核均合格。"
        },
        "creditsAvailable": syllabus.hours_required,
        "inLanguage": "zh-CN",
    }


def _derived(certificate: Certificate, secret: str, use: str) -> bytes:
    text = f"badge\0{use}\0{certificate.uid}".encode()
    return hmac.new(base64.b64decode(secret), text, hashlib.sha256).digest()


def _begin(day: date) -> datetime:
    return at_shanghai(day, time(0))


def _end(day: date) -> datetime:
    """The last day itself counts."""
    return at_shanghai(day + timedelta(days=1), time(0)) - timedelta(seconds=1)


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
