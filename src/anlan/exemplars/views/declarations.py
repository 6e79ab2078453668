"""What an enterprise declares on own pages, and what the district makes of it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.exemplars import policies, shown
from anlan.exemplars.forms import (
    FORMS,
    DeclarationFilters,
    DeclarationForm,
    DrillForm,
    WordsForm,
)
from anlan.exemplars.models import Drill, Stand
from anlan.exemplars.models.declarations import Declaration
from anlan.exemplars.queries import declarations as queries
from anlan.exemplars.queries import people
from anlan.exemplars.services import declaring
from anlan.exemplars.services.proofs import keep_proofs
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.responses import send_file
from anlan.foundation.ledger.queries import timeline
from anlan.foundation.ui.parts import Moment
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, Refused

PER_PAGE = 30
seen = guarded(policies.may_see, load=queries.declaration_for)
verifying = guarded(policies.may_verify, load=queries.declaration_for)


@require_GET
@guarded(policies.may_use_lists)
def listed(request: HttpRequest) -> HttpResponse:
    """What waits first; an officer sees the own ones and may declare."""
    user = actor(request)
    filters = DeclarationFilters(request.GET, places=policies.supervises(user))
    found = queries.listed(user, filters.wanted())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "filtered": bool(request.GET),
        "page": page,
        "lines": shown.lines_of(page.object_list),
        "supervising": policies.supervises(user),
        "own": people.own_enterprise(user),
        "kinds": queries.KIND_NAMES,
        "waiting": queries.waiting_for(user),
    }
    fragment = request.headers.get("HX-Request") == "true"
    name = "_declaration_rows" if fragment else "declarations"
    return render(request, f"exemplars/{name}.html", context)


@require_http_methods(["GET", "POST"])
@guarded(policies.keeps_something)
def declare(request: HttpRequest, kind: str) -> HttpResponse:
    """The officer declares for the own enterprise; what was typed stays when something is wrong."""
    user, at = actor(request), now()
    own = people.own_enterprise(user)
    if own is None or kind not in FORMS:
        raise Http404
    form = _form(request, kind, {"year": local_date(at).year - 1})
    context = {"kind": kind, "name": queries.KIND_NAMES[kind], "form": form, "own": own}
    if request.method == "GET":
        return render(request, "exemplars/declare.html", context)

    def write() -> Declaration:
        proofs = keep_proofs(form.cleaned_data["proofs"], by=user, at=at)
        return declaring.declare(queries.KINDS[kind], own, form.facts(), proofs, by=user, at=at)

    return _written(request, form, write, "exemplars/declare.html", context, "已申报，等区县核实。")


@require_GET
@seen
def declaration(request: HttpRequest, one: Declaration) -> HttpResponse:
    user = actor(request)
    return render(request, "exemplars/declaration.html", _context(request, one, user))


@require_http_methods(["GET", "POST"])
@guarded(policies.may_mend, load=queries.declaration_for)
def mend(request: HttpRequest, one: Declaration) -> HttpResponse:
    """What came back is corrected; the former proofs stay."""
    user, at = actor(request), now()
    begin = {name: getattr(one, name, None) for name in FORMS[one.KEY].base_fields}
    begin |= DrillForm.begin(one) if isinstance(one, Drill) else {}
    begin.pop("proofs", None)
    form = _form(request, one.KEY, begin)
    form.fields["proofs"].required = False
    name = queries.KIND_NAMES[one.KEY]
    context = {"kind": one.KEY, "name": name, "form": form, "mended": one}
    if request.method == "GET":
        return render(request, "exemplars/declare.html", context)

    def write() -> Declaration:
        proofs = keep_proofs(form.cleaned_data["proofs"], by=user, at=at)
        declaring.mend(one, form.facts(), proofs, by=user, at=at)
        return one

    done = "已补正，等区县核实。"
    return _written(request, form, write, "exemplars/declare.html", context, done)


@require_POST
@verifying
def verify(request: HttpRequest, one: Declaration) -> HttpResponse:
    declaring.verify(one, by=actor(request), at=now())
    messages.success(request, "已核实，企业会收到通知。")
    return _back(one)


@require_POST
@verifying
def send_back(request: HttpRequest, one: Declaration) -> HttpResponse:
    reason = WordsForm(request.POST).require()["words"]
    declaring.return_declaration(one, reason, by=actor(request), at=now())
    messages.success(request, "已退回，企业会看到原因。")
    return _back(one)


@require_GET
@guarded(policies.may_see_file, load=queries.proof_for)
def proof(request: HttpRequest, file: StoredFile) -> HttpResponseBase:
    """Photos in the page; films and papers to be fetched."""
    return send_file(file, inline=file.content_type.startswith(shown.PHOTO))


def _form(request: HttpRequest, kind: str, begin: dict[str, Any]) -> DeclarationForm:
    sent = request.method == "POST"
    return FORMS[kind](
        request.POST if sent else None, request.FILES if sent else None, initial=begin
    )


def _written(
    request: HttpRequest,
    form: DeclarationForm,
    write: Any,
    template: str,
    context: dict[str, Any],
    done: str,
) -> HttpResponse:
    """Write what is valid; a refusal about the input is said above the form, which stays filled."""
    if form.is_valid():
        try:
            one = write()
        except BadInput as wrong:
            form.add_error(None, _words_of(wrong))
        else:
            messages.success(request, done)
            return _back(one)
    return render(request, template, context, status=422)


def _words_of(wrong: Refused) -> str:
    return f"{wrong.message}{wrong.next_step}"


def _back(one: Declaration) -> HttpResponse:
    return redirect("exemplars:declaration", kind=one.KEY, uid=one.uid)


def _context(request: HttpRequest, one: Declaration, user: Any) -> dict[str, Any]:
    own = policies.keeps(user, one.organization)
    files = [proof.file for proof in queries.proofs_of(one)]
    photos, others = shown.proofs_shown(files)
    verifies = policies.may_verify(user, one)
    return {
        "one": one,
        "kind": one.KEY,
        "name": queries.KIND_NAMES[one.KEY],
        "title": shown.summary_of(one)[0],
        "tone": shown.STAND_TONES[Stand(one.status)],
        "facts": shown.facts_of(one, masked=not own),
        "photos": photos,
        "others": others,
        "may_mend": policies.may_mend(user, one),
        "may_verify": verifies and one.status == Stand.DECLARED,
        "may_return": verifies and one.status in (Stand.DECLARED, Stand.VERIFIED),
        "supervising": policies.supervises(user),
        "moments": [Moment(h.at, h.sentence, h.who) for h in timeline([one.subject])],
    }
