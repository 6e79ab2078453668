"""An item as the writers see it: words and names, no codes, no database."""

import io
from dataclasses import dataclass
from functools import cached_property

from PIL import Image

from anlan.assessments.models import ItemKind
from anlan.assessments.parsing.drafts import LETTERS


@dataclass(frozen=True)
class Shown:
    """`answer` holds positions in `options`; codes are by name, as people read them."""

    key: str
    kind: str
    stem: str
    options: tuple[str, ...]
    answer: tuple[int, ...]
    explanation: str = ""
    basis: str = ""
    topic: str = ""
    risk: str = ""
    difficulty: str = "中"
    roles: tuple[str, ...] = ()
    trades: tuple[str, ...] = ()
    industry: str = ""
    picture: bytes | None = None

    @property
    def kind_label(self) -> str:
        return str(ItemKind(self.kind).label)

    @property
    def letters(self) -> str:
        return "".join(LETTERS[at] for at in self.answer)

    @property
    def picture_ending(self) -> str:
        return ".png" if (self.picture or b"").startswith(b"\x89PNG") else ".jpg"

    @property
    def picture_name(self) -> str:
        return f"{self.key.replace('~', '-')}{self.picture_ending}"

    @cached_property
    def picture_size(self) -> tuple[int, int]:
        with Image.open(io.BytesIO(self.picture or b"")) as found:
            return found.size
