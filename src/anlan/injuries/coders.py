"""Coders as the platform keeps them: the card in the row, the numbers in a file."""

from anlan.injuries.models import CoderVersion
from anlan.methods.coding import Coder, open_coder

_open: dict[tuple[int, str], Coder] = {}


def coder_of(version: CoderVersion) -> Coder:
    """The version's coder; its numbers are checked against the digest. Kept until `forget`.

    Raises `BadInput` where card and numbers are no pair, `OSError` where the file is gone.
    """
    key = (version.pk, version.digest)
    if key not in _open:
        assert version.file is not None
        _open[key] = open_coder(version.card, version.file.path.read_bytes())
    return _open[key]


def forget_coders() -> None:
    """Give back their memory, some 50 MB each, while there is nothing to code."""
    _open.clear()
