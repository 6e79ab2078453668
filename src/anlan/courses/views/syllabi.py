"""The syllabi, for everybody who is signed in: they are what a class is held against."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anlan.courses import policies, queries, shelves
from anlan.courses.forms import FilterForm
from anlan.courses.models import Module
from anlan.courses.queries import Outline
from anlan.courses.shelves import Online
from anlan.foundation.accounts.guards import actor, guarded, signed_in
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System


@dataclass(frozen=True)
class Line:
    """A syllabus with its codes as words; `modules` with risks and what is online of each."""

    outline: Outline
    trade: str
    role: str
    modules: list[tuple[Module, str, Online]]

    @property
    def online(self) -> Online:
        rows = [one for _, _, one in self.modules]
        return Online(sum(one.lessons for one in rows), sum(one.seconds for one in rows))


@require_GET
@guarded(signed_in)
def syllabi(request: HttpRequest) -> HttpResponse:
    user = actor(request)
    form = FilterForm(request.GET)
    outlines = queries.outlines(queries.syllabi(**form.wanted()))
    online = shelves.online_of(user, {one for outline in outlines for one in outline.modules})
    context = {
        "filters": form,
        "lines": [_line(one, online) for one in outlines],
        "may_write": policies.may_keep_lessons(user),
    }
    fragment = request.headers.get("HX-Request") == "true"
    page = "courses/_rows.html" if fragment else "courses/syllabi.html"
    return render(request, page, context)


def _line(outline: Outline, online: Mapping[int, Online]) -> Line:
    return Line(
        outline=outline,
        trade=codes.code_name(System.KEY_INDUSTRY, outline.syllabus.industry),
        role=codes.code_name(System.OCCUPATION_ROLE, outline.syllabus.role),
        modules=[
            (one, "、".join(queries.risk_names(one)), online.get(one.pk, Online()))
            for one in outline.modules
        ],
    )
