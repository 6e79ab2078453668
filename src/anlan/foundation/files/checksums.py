"""The checksum extension of tus: a piece that was damaged on its way isn't taken."""

import base64
import binascii
import hashlib
from typing import Any

from anlan.lib.refusals import BadInput

ALGORITHMS = ("sha256", "sha1", "md5")


class WrongChecksum(BadInput):
    """The bytes that came aren't those that were sent."""

    status = 460


class Checksum:
    """`Upload-Checksum: sha256 <base64>`, compared when the piece has come."""

    def __init__(self, header: str) -> None:
        name, _, wanted = header.partition(" ")
        if name not in ALGORITHMS:
            raise BadInput(f"不支持校验算法 {name[:20]}。", f"可用：{'、'.join(ALGORITHMS)}。")
        try:
            self.wanted = base64.b64decode(wanted, validate=True)
        except binascii.Error as wrong:
            raise BadInput("校验值不是 Base64。", "请按 tus 1.0 的写法给出校验值。") from wrong
        self._state: Any = hashlib.new(name, usedforsecurity=False)

    def update(self, piece: bytes) -> None:
        self._state.update(piece)

    def holds(self) -> bool:
        return bool(self._state.digest() == self.wanted)
