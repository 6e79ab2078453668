"""The first page of every role, and the enterprise pages that span rooms."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET

from anlan.bookings.policies import booking_organization
from anlan.desks import enterprise as enterprise_desk
from anlan.desks import expert, learner, official, operator, policies, provider, queries, teaching
from anlan.desks.enterprise_file.page import file_of
from anlan.desks.enterprise_file.shape import Asked
from anlan.desks.progress import ProgressFilters, figures_of, narrowed
from anlan.desks.roles import EXPERT, LEARNER, OFFICIAL, seat_for, seats_of
from anlan.desks.shape import Desk
from anlan.foundation.accounts.guards import actor, guarded, signed_in
from anlan.foundation.accounts.models import User
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.ledger.queries import timeline
from anlan.foundation.ui.parts import Moment
from anlan.identity.queries import person_of
from anlan.insights import queries as insights
from anlan.insights.pictures import district_picture, industry_picture
from anlan.lib.dates import local_date
from anlan.organizations.models import Organization

BUILDERS: dict[str, Callable[[User, datetime], Desk]] = {
    "provider": provider.desk_of,
    "teaching": teaching.desk_of,
    "enterprise": enterprise_desk.desk_of,
    "operator": operator.desk_of,
    "expert": expert.desk_of,
    "newcomer": enterprise_desk.newcomer_desk,
}


@require_GET
@guarded(signed_in)
def home(request: HttpRequest) -> HttpResponse:
    """The desk of the role that the user has chosen, else of the widest one."""
    user, at = actor(request), now()
    person = person_of(user)
    seats = seats_of(user, learns=person is not None)
    seat = seat_for(seats, request.GET.get("as") or request.session.get("seat", ""))
    if "as" in request.GET:
        request.session["seat"] = seat.key
    context = {"today": at, "seat": seat, "seats": seats if len(seats) > 1 else []}
    if seat == LEARNER:
        context["phone"] = learner.phone_of(user, person, at)
        return render(request, "desks/learner.html", context)
    if seat == EXPERT and len(seats) == 1:
        return redirect("visits:today")
    if seat == OFFICIAL:
        return _official(request, user, at, context)
    context["desk"] = BUILDERS[seat.key](user, at)
    return render(request, "desks/desk.html", context)


def _official(
    request: HttpRequest, user: User, at: datetime, context: dict[str, Any]
) -> HttpResponse:
    years = [*insights.years(user, local_date(at)), insights.ALL_YEARS]
    year = _year(request, years)
    figures = insights.overview(user, year)
    context |= {
        "desk": official.desk_of(user, figures, year, at),
        "year": year,
        "years": [(one, insights.year_label(one)) for one in years],
        "heading": f"{insights.year_label(year)}培训",
        "districts": district_picture(figures, year),
        "industries": industry_picture(figures, year),
    }
    return render(request, "desks/official.html", context)


def _year(request: HttpRequest, years: list[int]) -> int:
    """The year in the address if there is anything in it, else the newest."""
    asked = request.GET.get("year", "")
    return int(asked) if asked.isdecimal() and int(asked) in years else years[0]


@require_GET
@guarded(policies.may_see_enterprise, load=queries.enterprise_for)
def enterprise(request: HttpRequest, organization: Organization) -> HttpResponse:
    """一企一档: what to do this week, the risk, then room by room."""
    user, at = actor(request), now()
    own = policies.is_own(user, organization)
    happenings = timeline([organization.subject], limit=20)
    context = {
        "organization": organization,
        "file": file_of(Asked(user, organization, at, own)),
        "facts": _facts(organization),
        "classes": queries.classes_of(organization)[:20],
        "moments": [Moment(h.at, h.sentence, h.who) for h in reversed(happenings)],
        "own": own,
    }
    return render(request, "desks/enterprise.html", context)


@require_GET
@guarded(policies.may_follow_progress)
def progress(request: HttpRequest) -> HttpResponse:
    """Every one of the enterprise's people across the classes of a year, each person once."""
    user, at = actor(request), now()
    organization = booking_organization(user)
    assert organization is not None  # the policy has just asked
    years = queries.years_of(organization, local_date(at))
    year = _year(request, years)
    everybody = queries.learners_of(organization, year)
    filters = ProgressFilters(request.GET)
    context = {
        "organization": organization,
        "year": year,
        "years": years,
        "figures": figures_of(everybody),
        "filters": filters,
        "learners": narrowed(everybody, filters),
    }
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, f"desks/{'_progress_rows' if fragment else 'progress'}.html", context)


def _facts(organization: Organization) -> list[tuple[str, object]]:
    return [
        ("信用代码", organization.uscc),
        ("区县", code_name(System.GB_T_2260, organization.district)),
        ("行业", code_name(System.GB_T_4754, organization.industry)),
        ("重点行业", code_name(System.KEY_INDUSTRY, organization.key_industry)),
        ("危化许可", "有" if organization.hazardous else "无"),
        ("申报职工", f"{organization.headcount:,} 人"),
    ]
