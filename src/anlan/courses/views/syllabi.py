"""The syllabi, for everybody who is signed in: they are what a class is held against."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anlan.courses import queries
from anlan.courses.forms import FilterForm
from anlan.courses.models import Module
from anlan.courses.queries import Outline
from anlan.foundation.accounts.guards import guarded, signed_in
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System


@dataclass(frozen=True)
class Line:
    """A syllabus with its codes as words."""

    outline: Outline
    trade: str
    role: str
    modules: list[tuple[Module, str]]


@require_GET
@guarded(signed_in)
def syllabi(request: HttpRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    lines = [_line(one) for one in queries.outlines(queries.syllabi(**form.wanted()))]
    fragment = request.headers.get("HX-Request") == "true"
    page = "courses/_rows.html" if fragment else "courses/syllabi.html"
    return render(request, page, {"filters": form, "lines": lines})


def _line(outline: Outline) -> Line:
    return Line(
        outline=outline,
        trade=codes.code_name(System.KEY_INDUSTRY, outline.syllabus.industry),
        role=codes.code_name(System.OCCUPATION_ROLE, outline.syllabus.role),
        modules=[(one, "、".join(queries.risk_names(one))) for one in outline.modules],
    )
