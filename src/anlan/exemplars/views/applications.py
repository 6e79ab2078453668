"""The check, the application, each decision on it, objections as officials read them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.exemplars import policies, shown
from anlan.exemplars.forms import ExemplarFilters, StatementForm, WordsForm
from anlan.exemplars.models import Check, Exemplar, Objection, Status
from anlan.exemplars.queries import exemplars as queries
from anlan.exemplars.queries import people
from anlan.exemplars.queries.criteria import check as check_of
from anlan.exemplars.queries.standing import state_text
from anlan.exemplars.services import applying, naming, objecting
from anlan.exemplars.views.indicators import enterprise_for
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.models import User
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.files.responses import send_bytes
from anlan.foundation.ledger.queries import timeline
from anlan.foundation.ui.parts import Moment
from anlan.lib.dates import local_date
from anlan.organizations.models import Organization

PER_PAGE = 30
seen = guarded(policies.may_see, load=queries.exemplar_for)
naming_guard = guarded(policies.may_name, load=queries.exemplar_for)


@require_GET
@guarded(policies.may_use_lists)
def ledger(request: HttpRequest) -> HttpResponse:
    """Applications and namings in reach; what has ended stands below."""
    user, today = actor(request), local_date(now())
    filters = ExemplarFilters(request.GET)
    seen_rows = people.exemplars_visible_to(user)
    found = queries.narrowed(seen_rows, filters.wanted(), user, today)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "filtered": bool(request.GET),
        "page": page,
        "lines": [_line(one) for one in page],
        "waiting": queries.waiting_for(user, today).count(),
        "supervising": policies.supervises(user),
        "own": people.own_enterprise(user),
    }
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, f"exemplars/{'_rows' if fragment else 'ledger'}.html", context)


@require_GET
@guarded(policies.may_see, load=enterprise_for)
def check(request: HttpRequest, organization: Organization) -> HttpResponse:
    """Every criterion as it stands today: yes, no or unknown, with its numbers."""
    user, at = actor(request), now()
    today = local_date(at)
    standing = check_of(organization, today)
    running, named = queries.open_of(organization), queries.standing_naming(organization)
    free = running is None
    context = {
        "organization": organization,
        "standing": standing,
        "met": sum(one.outcome is True for one in standing.criteria),
        "state": state_text(queries.newest_of(organization), at),
        "running": running,
        "named": named,
        "may_apply": free and policies.keeps(user, organization),
        "may_propose": free and policies.may_propose(user, organization),
        "form": StatementForm(),
    }
    return render(request, "exemplars/check.html", context)


@require_POST
@guarded(policies.keeps, load=enterprise_for)
def apply(request: HttpRequest, organization: Organization) -> HttpResponse:
    words = StatementForm(request.POST).require()["words"]
    made = applying.apply_for_naming(organization, words, by=actor(request), at=now())
    messages.success(request, "已申报，核对结果已留存，等区县核查。")
    return _back(made)


@require_POST
@guarded(policies.may_propose, load=enterprise_for)
def propose(request: HttpRequest, organization: Organization) -> HttpResponse:
    words = WordsForm(request.POST).require()["words"]
    made = applying.propose(organization, words, by=actor(request), at=now())
    messages.success(request, "已推荐，等市级决定；企业会收到通知。")
    return _back(made)


@require_GET
@seen
def exemplar(request: HttpRequest, exemplar: Exemplar) -> HttpResponse:
    """State as steps, what comes next, the frozen evidence, objections for officials."""
    user, at = actor(request), now()
    today = local_date(at)
    checks = list(queries.checks_of(exemplar))
    answers = policies.may_examine(user, exemplar)
    acts = shown.acts_open_to(user, exemplar, today)
    objections = list(exemplar.objections.select_related("decided_by")) if answers else []
    subjects = [exemplar.subject, *(one.subject for one in objections)]
    context = {
        "exemplar": exemplar,
        "organization": exemplar.organization,
        "tone": shown.TONES[Status(exemplar.status)],
        "steps": shown.steps_of(exemplar),
        "turn": shown.whose_turn(exemplar, today),
        "acts": acts,
        "place": code_name(System.GB_T_2260, exemplar.organization.district),
        "trade": code_name(System.KEY_INDUSTRY, exemplar.organization.key_industry),
        "check": checks[0] if checks else None,
        "evidence": shown.read_check(checks[0] if checks else None),
        "checks": checks,
        "objections": objections,
        "answers": answers,
        "supervising": policies.supervises(user),
        "public_url": _public_url(exemplar),
        "moments": [Moment(h.at, h.sentence, h.who) for h in timeline(subjects)],
    }
    return render(request, "exemplars/exemplar.html", context)


def _public_url(exemplar: Exemplar) -> str:
    if exemplar.number:
        return reverse("examples:show", args=[exemplar.number])
    if exemplar.status == Status.ANNOUNCED:
        return reverse("examples:notice", args=[exemplar.uid])
    return ""


def _check_for(user: User, uid: UUID, check: int) -> Check:
    return Check.objects.get(pk=check, exemplar=queries.exemplar_for(user, uid))


@require_GET
@guarded(policies.may_see, load=_check_for)
def evidence(request: HttpRequest, check: Check) -> HttpResponse:
    """The frozen bytes; their SHA-256 stands in the ledger line."""
    name = f"条件核对-{check.exemplar.organization.uscc}-{check.at:%Y%m%d}.json"
    return send_bytes(check.evidence.encode(), name, "application/json")


@require_POST
@guarded(policies.may_reapply, load=queries.exemplar_for)
def reapply(request: HttpRequest, exemplar: Exemplar) -> HttpResponse:
    words = StatementForm(request.POST).require()["words"]
    applying.reapply(exemplar, words, by=actor(request), at=now())
    messages.success(request, "已重新申报，等区县核查。")
    return _back(exemplar)


@require_POST
@guarded(policies.may_examine, load=queries.exemplar_for)
def examine(request: HttpRequest, exemplar: Exemplar) -> HttpResponse:
    applying.examine(exemplar, _words(request), by=actor(request), at=now())
    messages.success(request, "意见已记录，报市级决定。")
    return _back(exemplar)


@require_POST
@guarded(policies.may_examine, load=queries.exemplar_for)
def send_back(request: HttpRequest, exemplar: Exemplar) -> HttpResponse:
    applying.send_back(exemplar, _words(request), by=actor(request), at=now())
    messages.success(request, "已退回，企业会看到原因。")
    return _back(exemplar)


@require_POST
@guarded(policies.may_cancel, load=queries.exemplar_for)
def cancel(request: HttpRequest, exemplar: Exemplar) -> HttpResponse:
    applying.cancel(exemplar, by=actor(request), at=now())
    messages.success(request, "已撤回。")
    return _back(exemplar)


@require_POST
@naming_guard
def announce(request: HttpRequest, exemplar: Exemplar) -> HttpResponse:
    applying.announce(exemplar, _words(request), by=actor(request), at=now())
    messages.success(request, "已开始公示。")
    return _back(exemplar)


@require_POST
@naming_guard
def refuse(request: HttpRequest, exemplar: Exemplar) -> HttpResponse:
    applying.refuse(exemplar, _words(request), by=actor(request), at=now())
    messages.success(request, "已决定不予命名，企业会看到理由。")
    return _back(exemplar)


@require_POST
@naming_guard
def name(request: HttpRequest, exemplar: Exemplar) -> HttpResponse:
    naming.name_exemplar(exemplar, by=actor(request), at=now())
    messages.success(request, "已命名并公布。")
    return _back(exemplar)


@require_POST
@naming_guard
def doubt(request: HttpRequest, exemplar: Exemplar) -> HttpResponse:
    naming.doubt(exemplar, _words(request), by=actor(request), at=now())
    messages.success(request, "已提请，等决定保留还是撤销。")
    return _back(exemplar)


@require_POST
@naming_guard
def keep(request: HttpRequest, exemplar: Exemplar) -> HttpResponse:
    naming.keep(exemplar, _words(request), by=actor(request), at=now())
    messages.success(request, "已决定保留。")
    return _back(exemplar)


@require_POST
@naming_guard
def withdraw(request: HttpRequest, exemplar: Exemplar) -> HttpResponse:
    naming.withdraw(exemplar, _words(request), by=actor(request), at=now())
    messages.success(request, "命名已撤销。")
    return _back(exemplar)


@require_POST
@guarded(policies.may_answer, load=queries.objection_for)
def answer(request: HttpRequest, objection: Objection) -> HttpResponse:
    upheld = request.POST.get("found") == "upheld"
    by, at = actor(request), now()
    objecting.answer_objection(objection, _words(request), upheld=upheld, by=by, at=at)
    done = "异议成立，已退回市级重新决定。" if upheld else "已答复，提出人凭回执码可以看到。"
    messages.success(request, done)
    return _back(objection.exemplar)


def _words(request: HttpRequest) -> str:
    return str(WordsForm(request.POST).require()["words"])


def _back(exemplar: Exemplar) -> HttpResponse:
    return redirect("exemplars:exemplar", uid=exemplar.uid)


def _line(one: Exemplar) -> dict[str, Any]:
    return {
        "exemplar": one,
        "tone": shown.TONES[Status(one.status)],
        "place": code_name(System.GB_T_2260, one.organization.district),
        "trade": code_name(System.KEY_INDUSTRY, one.organization.key_industry),
    }
