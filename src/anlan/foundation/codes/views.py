"""Pickers over code lists, as htmx fragments."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from anlan.foundation.accounts.guards import public
from anlan.foundation.codes import queries
from anlan.foundation.codes.models import Code, System

_FIELD_NAME = re.compile(r"[A-Za-z][\w-]{0,63}")
_SEARCH_LIMIT = 60


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
    return " / ".join(above.name for above in queries.lineage(System.GB_T_4754, code.code)[:-1])
