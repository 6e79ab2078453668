"""Ledger lines of this room: words may name people, so a leaf has their hash."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from anlan.exemplars.models import Exemplar, Objection
from anlan.exemplars.models.declarations import Declaration
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.services import record


def digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def declaration_line(
    one: Declaration,
    step: str,
    *,
    by: User,
    at: datetime,
    words: str = "",
    proofs: Sequence[StoredFile] = (),
    **data: Any,
) -> None:
    """A step of a declaration; its subject stands beside the enterprise's uid."""
    if words:
        data["text"] = digest(words)
    if proofs:
        data |= {"proofs": len(proofs), "sha256": [file.sha256 for file in proofs]}
    data["organization"] = str(one.organization.uid)
    record(one.subject, f"{one.KEY}_{step}", by=by, at=at, **data)


def exemplar_line(
    exemplar: Exemplar, step: str, *, by: User | None, at: datetime, words: str = "", **data: Any
) -> None:
    if words:
        data["text"] = digest(words)
    data["organization"] = str(exemplar.organization.uid)
    record(exemplar.subject, f"exemplar_{step}", by=by, at=at, **data)


def objection_line(objection: Objection, step: str, *, by: User | None, at: datetime) -> None:
    """An objection in the log: of what was said only the hash, of who said it nothing."""
    text = digest(objection.words if step == "filed" else objection.answer)
    exemplar = objection.exemplar.subject
    record(objection.subject, f"objection_{step}", by=by, at=at, text=text, exemplar=exemplar)
