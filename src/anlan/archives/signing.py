"""PAdES-B-B (ETSI EN 319 142-1) on a certificate's PDF, by pyHanko.

pyHanko brings its weight in imports; only who prints certificates loads this module, by its name in
`settings.ANLAN_SIGNER`. The signature field is invisible: a zero rectangle keeps PDF/A-2b, and the
printed page says where to check. No time stamp: the log's checkpoint carries it for all.
"""

import io
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pyhanko.pdf_utils.generic import ByteStringObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from anlan.archives.issuer import Issuer
from anlan.proofs import cms
from anlan.proofs.certificate import FACTS_KEY

FIELD = "Issuer"
ROOM = 1024  # octets kept free beyond what certificates and signature need
_METHOD = "sha256"


class _Update(IncrementalPdfFileWriter):
    """An update that leaves the document's metadata as typst wrote it, which PDF/A has checked."""

    def _update_meta(self) -> None:
        """Nothing: no second modification date, no second spelling of the XMP."""


def sign_pdf(
    pdf: bytes, issuer: Issuer, *, facts: Mapping[str, Any], reason: str, at: datetime
) -> bytes:
    """The PDF with one signature over all of it; `facts` go into the signature, for machines.

    pyHanko lays out the update, `proofs.cms` writes the signature itself: a tenth of the time
    that a general CMS library takes, and what `anlan verify` reads to the last octet.
    """
    writer = _Update(io.BytesIO(pdf))
    steps = PdfCMSEmbedder(SigFieldSpec(FIELD)).write_cms(FIELD, writer)
    next(steps)
    placeholder = SignatureObject(
        timestamp=at,
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        bytes_reserved=2 * _room(issuer),
    )
    written = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    placeholder[pdf_name(f"/{FACTS_KEY}")] = ByteStringObject(written.encode())
    steps.send(SigObjSetup(sig_placeholder=placeholder))
    prepared, output = steps.send(SigIOSetup(md_algorithm=_METHOD))
    digest = prepared.document_digest
    steps.send(cms.build(digest, issuer.certificate, issuer.between, issuer.sign))
    signed: bytes = output.getvalue()
    return signed


def _room(issuer: Issuer) -> int:
    """For certificates, signature and frame."""
    sent = (issuer.certificate, *issuer.between)
    return ROOM + sum(len(one.tbs_certificate_bytes) + 600 for one in sent)
