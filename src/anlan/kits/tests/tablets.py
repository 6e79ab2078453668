"""A tablet as the stories need it: it writes, chains and signs as the page in the browser does."""

import base64
import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from anlan.attendance.models import Register
from anlan.classes import queries as classes
from anlan.classes.models import TrainingClass
from anlan.foundation.accounts.models import User
from anlan.identity.models import Person
from anlan.kits.commitments import commitment_of
from anlan.kits.keys import BATCH, KIT, PHOTO, RECORD, TABLET
from anlan.kits.models import Kit, Tablet
from anlan.kits.services import (
    Taken,
    Wish,
    contents_of,
    note_kept,
    pack_kit,
    receive,
    receive_photo,
    register_tablet,
)

JPEG = b"\xff\xd8\xff\xe0" + b"0" * 300


@dataclass
class FakeTablet:
    """`clock` is the wall time that it shows; `written` every record, in order."""

    name: str
    clock: datetime
    kit: Kit = field(init=False)
    row: Tablet = field(init=False)
    written: list[dict[str, str]] = field(default_factory=list)
    boot: str = "boot-1"
    mono: int = 1000

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def key(self) -> str:
        raw = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.b64encode(raw).decode()

    def sign(self, purpose: str, text: str) -> str:
        r, s = decode_dss_signature(self._key.sign((purpose + text).encode(), ec.ECDSA(SHA256())))
        return base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()

    def take(self, klass: TrainingClass, wish: Wish, *, by: User, at: datetime) -> Kit:
        """Register, pack, fetch, store, as the page does."""
        proof = self.sign(TABLET, self.name)
        self.row = register_tablet(
            klass.provider, name=self.name, key=self.key, proof=proof, by=by, at=at
        )
        self.kit = pack_kit(klass, self.row, wish, by=by, at=at)
        text, _signature = contents_of(self.kit, at=at)
        digest = hashlib.sha256(text.encode()).hexdigest()
        said = self.sign(KIT, f"{self.kit.uid}\n{digest}")
        note_kept(self.kit, sha256=digest, signature=said, at=at)
        return self.kit

    def wait(self, minutes: float) -> None:
        self.clock += timedelta(minutes=minutes)
        self.mono += round(minutes * 60_000)

    def jump(self, minutes: float) -> None:
        """Somebody sets the wall clock; the steady one knows nothing of it."""
        self.clock += timedelta(minutes=minutes)

    def restart(self) -> None:
        self.boot, self.mono = f"boot-{uuid.uuid4().hex[:6]}", 1000

    def write(self, kind: str, person: Person | None = None, **payload: Any) -> dict[str, str]:
        ref = commitment_of(person.id_number, self.kit.salt) if person else ""
        prev = _hash(self.written[-1]) if self.written else ""
        text = json.dumps(
            {
                "v": 1,
                "nonce": str(uuid.uuid4()),
                "no": len(self.written) + 1,
                "kind": kind,
                "kit": str(self.kit.uid),
                "person": ref,
                "at": self.clock.isoformat(),
                "mono": self.mono,
                "boot": self.boot,
                "prev": prev,
                "payload": payload,
            }
        )
        self.written.append({"text": text, "signature": self.sign(RECORD, text)})
        return self.written[-1]

    def sign_in(self, register: Register, person: Person, **more: Any) -> dict[str, str]:
        return self.write("in", person, register=str(register.uid), how="card", **more)

    def sign_out(self, register: Register, person: Person, **more: Any) -> dict[str, str]:
        return self.write("out", person, register=str(register.uid), how="card", **more)

    def sync(
        self, records: Iterable[dict[str, str]] | None = None, *, at: datetime | None = None
    ) -> Taken:
        """Everything, or these; `at` is the server's time."""
        chosen: Sequence[dict[str, str]] = list(self.written if records is None else records)
        text = json.dumps(
            {"tablet": str(self.row.uid), "sent_at": self.clock.isoformat(), "records": chosen}
        )
        return receive(text, self.sign(BATCH, text), at=at or self.clock)

    def send_photo(self, content: bytes = JPEG, *, at: datetime | None = None) -> bool:
        digest = hashlib.sha256(content).hexdigest()
        signature = self.sign(PHOTO, digest)
        return receive_photo(self.row.uid, content, signature, at=at or self.clock)


def photo_hash(content: bytes = JPEG) -> str:
    return hashlib.sha256(content).hexdigest()


def all_sessions(klass: TrainingClass) -> list[str]:
    return [str(one.uid) for one in classes.sessions_of(klass)]


def first_register(klass: TrainingClass) -> Register:
    return classes.registers_of(klass)[0]


def learners(klass: TrainingClass) -> list[Person]:
    return [one.person for one in classes.enrolled(klass)]


def _hash(one: dict[str, str]) -> str:
    return hashlib.sha256(one["text"].encode()).hexdigest()
