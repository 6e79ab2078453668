"""What the verbs of this room share: words that can't be missing, whom they tell."""

from collections.abc import Iterable
from datetime import datetime

from anlan.exemplars.models.declarations import Declaration
from anlan.exemplars.models.exemplars import Exemplar
from anlan.foundation.accounts.models import User
from anlan.foundation.notices.services import tell
from anlan.lib.refusals import BadInput

WORDS_MAX = 500


def said(text: str, missing: str, most: int = WORDS_MAX) -> str:
    """Words that a step can't do without."""
    words = text.strip()
    if not words:
        raise BadInput(missing, "写明以后再提交，其余内容都还在。")
    if len(words) > most:
        raise BadInput(f"最多 {most} 字，现在有 {len(words)} 字。", "请精简后再提交。")
    return words


def tell_about(
    one: Declaration | Exemplar,
    users: Iterable[User],
    title: str,
    url: str,
    *,
    at: datetime,
    but: User | None,
) -> None:
    """A notice for each of them except who did it."""
    people = [user for user in users if user != but]
    dedupe = f"{one.subject}/{title[:24]}/{at.timestamp():.6f}"
    tell(people, title, body=one.organization.name, url=url, at=at, dedupe=dedupe)
