"""Pages of slides and texts: what one holds, and where it lies on the lesson's time.

A page begins at the second at which those before it have been read; a question "between pages"
stands at that second.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from anlan.courses.models import Lesson
from anlan.courses.writing import plain, reading_seconds, to_html
from anlan.foundation.rules.queries import Rulebook


@dataclass(frozen=True)
class Page:
    """`image` is the uid of a stored file, `alt` its words, `seconds` the least reading time."""

    title: str = ""
    text: str = ""
    html: str = ""
    image: str | None = None
    alt: str = ""
    seconds: int = 0

    @property
    def words(self) -> str:
        """What stands on it, without markup."""
        return plain(self.text) or self.alt


@dataclass(frozen=True)
class Laid:
    """A page at its place: `begin` and `end` in seconds of the lesson, `no` from 1."""

    no: int
    page: Page
    begin: int
    end: int


def written(
    title: str, text: str, rules: Rulebook, *, image: str | None = None, alt: str = ""
) -> Page:
    """A page as an author wrote it, cleaned, with its least reading time."""
    seconds = reading_seconds(f"{title}\n{text}\n{alt}", rules, picture=image is not None)
    return Page(title.strip()[:100], text.strip(), to_html(text), image, alt.strip(), seconds)


def pages_of(lesson: Lesson) -> list[Page]:
    known = Page.__dataclass_fields__.keys()
    return [Page(**{k: v for k, v in one.items() if k in known}) for one in lesson.pages]


def as_rows(pages: Iterable[Page]) -> list[dict[str, Any]]:
    return [asdict(one) for one in pages]


def laid_out(pages: Sequence[Page]) -> list[Laid]:
    laid, begin = [], 0
    for no, page in enumerate(pages, start=1):
        laid.append(Laid(no, page, begin, begin + page.seconds))
        begin += page.seconds
    return laid


def with_time_of(page: Page, before: Page) -> Page:
    """The corrected page of a published lesson keeps its time: progress counts by it."""
    return replace(page, seconds=before.seconds)
