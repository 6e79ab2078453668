"""Search by two characters, the same on SQLite and PostgreSQL.

A row keeps one text column made by :func:`bigrams` from everything it should be found by. A search
asks for every token of the query in that column (:func:`matching`). Chinese runs are cut into
overlapping pairs; Latin words and figures stay whole and are found by any part of them.
At city size (some 100,000 rows) a plain LIKE over this column answers in tens of milliseconds; an
FTS5 or tsvector index can be laid over the same column later without changing a caller.
"""

from __future__ import annotations

import re
import unicodedata
from functools import reduce
from operator import and_

from django.db.models import Q

_RUN = re.compile(r"[0-9a-z]+|[^\W0-9a-z_]+")


def bigrams(*texts: str) -> str:
    """The column's text: tokens once each, in order, with a blank between.

    ``bigrams("安全培训 A12")`` is ``"安全 全培 培训 a12"``; ``bigrams("安全")`` is ``"安全"``.
    """
    return " ".join(dict.fromkeys(token for text in texts for token in _tokens(text)))


def query_tokens(text: str) -> list[str]:
    """What a searcher's text must be contained as; empty when there is nothing to search for."""
    return list(dict.fromkeys(_tokens(text)))


def matching(field: str, text: str) -> Q:
    """A filter: every token of ``text`` is in ``field``. Blank text filters nothing out.

    Text with nothing searchable in it (only punctuation) matches no row.
    """
    tokens = query_tokens(text)
    if tokens:
        return reduce(and_, (Q(**{f"{field}__contains": token}) for token in tokens))
    return Q(pk__in=[]) if text.strip() else Q()


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    for run in _RUN.findall(unicodedata.normalize("NFKC", text).lower()):
        if run.isascii() or len(run) == 1:
            tokens.append(run)
        else:
            tokens.extend(run[at : at + 2] for at in range(len(run) - 1))
    return tokens
