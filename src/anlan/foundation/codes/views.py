"""Pickers over code lists, as htmx fragments."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from anlan.foundation.accounts.guards import guarded, public, signed_in
from anlan.foundation.codes import lists, queries
from anlan.foundation.codes.models import Code, System

_FIELD_NAME = re.compile(r"[A-Za-z][\w-]{0,63}")
_SEARCH_LIMIT = 60
_WHOLE = 120


@public(reason="code lists are public facts")
@require_GET
@cache_control(private=True, max_age=3600)
def industries(request: HttpRequest) -> HttpResponse:
    """Part of the GB/T 4754 tree: what is below ``parent``, what ``codes_q`` finds, or the top.

    ``name`` is the form field that the radio buttons fill; its value is the present choice.
    """
    asked = request.GET
    name = asked.get("name", "")
    name = name if _FIELD_NAME.fullmatch(name) else "industry"
    parent = queries.find(System.GB_T_4754, asked.get("parent", ""))
    text = "" if parent else asked.get("codes_q", "").strip()[:40]
    found = queries.search(System.GB_T_4754, text, _SEARCH_LIMIT + 1) if text else []
    context = {
        "name": name,
        "parent": parent,
        "text": text,
        "nodes": [] if text else queries.children(System.GB_T_4754, parent.code if parent else ""),
        "found": [(code, _above(code)) for code in found[:_SEARCH_LIMIT]],
        "more": len(found) > _SEARCH_LIMIT,
        "chosen": queries.find(System.GB_T_4754, asked.get(name, "")),
    }
    return render(request, "codes/_industry_tree.html", context)


def _above(code: Code) -> str:
    """Where a found industry belongs: 制造业 / 化学原料和化学制品制造业."""
    return " / ".join(above.name for above in queries.lineage(code.system, code.code)[:-1])


@dataclass(frozen=True, slots=True)
class _Row:
    """A code on the page of its list; `indent` is how deep it stands."""

    code: Code
    above: str

    @property
    def indent(self) -> int:
        return self.code.level - 1


@require_GET
@guarded(signed_in)
def browse(request: HttpRequest) -> HttpResponse:
    """All lists, what they are taken from and when they hold."""
    today = localdate()
    listed = [(one, one.holds_on(today)) for one in lists.code_lists()]
    return render(request, "codes/browse.html", {"lists": listed, "today": today})


@require_GET
@guarded(signed_in)
def book(request: HttpRequest, system: str) -> HttpResponse:
    """One list: what is below `parent`, or what `q` finds, or the whole when it is short."""
    one = lists.code_list(system)
    if one is None:
        raise Http404
    text = request.GET.get("q", "").strip()[:40]
    parent = queries.find(system, request.GET.get("parent", ""))
    found = queries.search(system, text, _SEARCH_LIMIT + 1) if text else _shown(system, parent)
    context = {
        "list": one,
        "holds": one.holds_on(localdate()),
        "text": text,
        "lineage": queries.lineage(system, parent.code) if parent else [],
        "rows": [_Row(code, _above(code) if text else "") for code in found],
        "noted": any(code.note for code in found),
        "more": bool(text) and len(found) > _SEARCH_LIMIT,
        "tall": one.size > _WHOLE,
    }
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, "codes/_rows.html" if fragment else "codes/book.html", context)


@require_GET
@guarded(signed_in)
def crosswalk(request: HttpRequest) -> HttpResponse:
    """How the accident types of 1986 became those of 2025."""
    context = {"crossings": lists.crosswalk(), "fresh": lists.without_forerunner()}
    return render(request, "codes/crosswalk.html", context)


def _shown(system: str, parent: Code | None) -> list[Code]:
    """A short list stands whole on its page, a long one level by level."""
    whole = queries.all_codes(system)
    if len(whole) <= _WHOLE:
        return whole
    return queries.children(system, parent.code if parent else "")
