"""抽查: announcing a draw, its lots, the inspector's sheet on a phone."""

import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.classes.forms_live import PHOTO_ENDINGS, PHOTO_MB
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.responses import send_bytes, send_file
from anlan.foundation.files.services import keep_upload
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.supervision import policies, queries
from anlan.supervision.forms import CheckForm, DrawForm, PersonForm, ReasonForm
from anlan.supervision.models import CheckStatus, Draw, DrawMethod, SpotCheck
from anlan.supervision.scripts import check_list, check_list_version
from anlan.supervision.services import checks as services

PER_PAGE = 30
DRAWS_SHOWN = 8


@require_GET
@guarded(policies.supervises)
def checks(request: HttpRequest) -> HttpResponse:
    """Draws and their visits, the newest first."""
    user = actor(request)
    found = queries.checks_visible_to(user)
    context = {
        "draws": queries.draws_visible_to(user)[:DRAWS_SHOWN],
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "form": _draw_form() if policies.decides_somewhere(user) else None,
        "user_pk": user.pk,
    }
    return render(request, "supervision/checks.html", context)


@require_POST
@guarded(policies.decides_somewhere)
def announce(request: HttpRequest) -> HttpResponse:
    read = DrawForm(request.POST).require()
    draw = services.announce_draw(
        monday=read["monday"],
        method=DrawMethod(read["method"]),
        count=read["count"],
        by=actor(request),
        at=now(),
    )
    messages.success(request, "抽查已公告。下一个日志检查点签出后自动抽取。")
    return redirect("supervision:draw", uid=draw.uid)


@require_GET
@guarded(policies.may_see_draw, load=queries.draw_for)
def draw(request: HttpRequest, draw: Draw) -> HttpResponse:
    """What was announced, by what seed it was drawn, and how to draw it again."""
    user = actor(request)
    weights = sorted(draw.weights.items(), key=lambda one: (-one[1], one[0]))
    context = {
        "draw": draw,
        "weights": [(number, chance, draw.reasons.get(number, "")) for number, chance in weights],
        "digest": services.weights_digest(draw.weights),
        "checks": _lines(user, draw),
    }
    return render(request, "supervision/draw.html", context)


@require_GET
@guarded(policies.may_see_draw, load=queries.draw_for)
def weights(request: HttpRequest, draw: Draw) -> HttpResponse:
    """Every candidate's chance, whose hash stands in the announcement."""
    content = json.dumps(draw.weights, ensure_ascii=False, sort_keys=True, indent=1).encode()
    return send_bytes(content, f"抽查候选-{draw.monday}.json", "application/json")


@require_POST
@guarded(policies.may_assign_check, load=queries.check_for)
def assign(request: HttpRequest, check: SpotCheck) -> HttpResponse:
    people = queries.officials_of(check.klass.district)
    to = PersonForm(request.POST, people=people).person()
    services.assign_check(check, to, by=actor(request), at=now())
    messages.success(request, f"已指派{to.name}检查。")
    return redirect("supervision:draw", uid=check.draw.uid)


@require_GET
@guarded(policies.may_see_check, load=queries.check_for)
def check(request: HttpRequest, check: SpotCheck) -> HttpResponse:
    """The sheet to fill in, or what was seen."""
    return _sheet(request, check, CheckForm(script=check_list(local_date(now()))))


@require_POST
@guarded(policies.may_inspect, load=queries.check_for)
def report(request: HttpRequest, check: SpotCheck) -> HttpResponse:
    form = CheckForm(request.POST, request.FILES, script=check_list(local_date(now())))
    if not form.is_valid():
        return _sheet(request, check, form)
    by, at, read = actor(request), now(), form.cleaned_data
    photo = keep_upload(read["photo"], by=by, at=at, endings=PHOTO_ENDINGS, most_mb=PHOTO_MB)
    services.report_check(
        check,
        answers=form.answers(),
        counted=read["counted"],
        remark=read["remark"],
        photo=photo,
        by=by,
        at=at,
    )
    messages.success(request, "检查情况已提交。")
    return redirect("supervision:check", uid=check.uid)


@require_POST
@guarded(policies.may_inspect, load=queries.check_for)
def cancel(request: HttpRequest, check: SpotCheck) -> HttpResponse:
    reason = ReasonForm(request.POST).require()["reason"]
    services.cancel_check(check, reason, by=actor(request), at=now())
    messages.success(request, "已登记未能抽查。")
    return redirect("supervision:check", uid=check.uid)


@require_GET
@guarded(policies.may_see_file, load=queries.check_photo_for)
def photo(request: HttpRequest, file: StoredFile) -> HttpResponseBase:
    return send_file(file, inline=True)


def _sheet(request: HttpRequest, check: SpotCheck, form: CheckForm) -> HttpResponse:
    done = check.status == CheckStatus.DONE
    told = check_list_version(check.version).told(check.answers) if done else []
    planned = check.status == CheckStatus.PLANNED
    context: dict[str, Any] = {
        "check": check,
        "klass": check.klass,
        "session": check.session,
        "told": told,
        "signed": check.signed if done else queries.present_now(check.session),
        "form": form if planned and policies.may_inspect(actor(request), check) else None,
    }
    status = 422 if form.is_bound else 200
    return render(request, "supervision/check.html", context, status=status)


def _lines(user: User, draw: Draw) -> list[dict[str, Any]]:
    """Each drawn class with whom it may be given to; people are read once a district."""
    found = list(queries.checks_of(draw, user))
    open_ones = [one for one in found if one.status == CheckStatus.PLANNED]
    assigned = [one for one in open_ones if policies.may_assign_check(user, one)]
    people = {d: queries.officials_of(d) for d in {one.klass.district for one in assigned}}
    return [
        {"check": one, "people": people.get(one.klass.district, []) if one in assigned else []}
        for one in found
    ]


def _draw_form() -> DrawForm:
    today = local_date(now())
    count = rulebook(today).whole("supervision.check_count")
    return DrawForm(
        initial={
            "monday": DrawForm.next_monday(today),
            "method": DrawMethod.RANDOM,
            "count": count,
        }
    )
