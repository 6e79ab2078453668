"""监管问询: what a provider is asked, and its answer. Works on a phone."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.responses import send_file
from anlan.foundation.files.services import keep_upload
from anlan.supervision import policies, queries, shown
from anlan.supervision.forms import ANSWER_ENDINGS, ANSWER_MB, AnswerForm
from anlan.supervision.models import Evidence, Inquiry
from anlan.supervision.services.tickets import answer_inquiry

PER_PAGE = 30
SAID_ABOVE = ("班次", "培训机构")  # once for all of the evidence


@require_GET
@guarded(policies.may_be_asked)
def inquiries(request: HttpRequest) -> HttpResponse:
    """Everything that the user's providers were asked, the unanswered first."""
    found = queries.inquiries_visible_to(actor(request))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    lines = shown.inquiry_lines(page.object_list, now())
    return render(request, "supervision/asked.html", {"page": page, "lines": lines})


@require_http_methods(["GET", "POST"])
@guarded(policies.may_answer, load=queries.inquiry_for)
def inquiry(request: HttpRequest, inquiry: Inquiry) -> HttpResponse:
    """The facts that the provider is asked about, and the form to answer in."""
    form = AnswerForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        _answer(request, inquiry, form)
        messages.success(request, "已提交，核实人员会收到通知。")
        return redirect("supervision:inquiry", uid=inquiry.uid)
    words, tone = shown.inquiry_clock(inquiry, now())
    context = {
        "inquiry": inquiry,
        "clock": words,
        "clock_tone": tone,
        "evidence": [_own(one) for one in queries.evidence_asked_about(inquiry)],
        "files": inquiry.files.all(),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "supervision/inquiry.html", context, status=status)


@require_GET
@guarded(policies.may_see_file, load=queries.own_picture_for)
def picture(request: HttpRequest, file: StoredFile) -> HttpResponseBase:
    """A photo of the provider's own class."""
    return send_file(file, inline=True)


@require_GET
@guarded(policies.may_see_file, load=queries.answer_file_for)
def answer_file(request: HttpRequest, file: StoredFile) -> HttpResponseBase:
    """A file of an answer, for its provider and for those who see the ticket."""
    return send_file(file)


def _answer(request: HttpRequest, inquiry: Inquiry, form: AnswerForm) -> None:
    by, at = actor(request), now()
    files = [
        keep_upload(upload, by=by, at=at, endings=ANSWER_ENDINGS, most_mb=ANSWER_MB)
        for upload in form.cleaned_data["attached"]
    ]
    answer_inquiry(inquiry, form.cleaned_data["text"], files, by=by, at=at)


def _own(evidence: Evidence) -> dict[str, Any]:
    """The evidence without what is for officials: thresholds, chances, another party's class."""
    return {
        "said": evidence.said,
        "facts": [one for one in evidence.facts if one[0] not in SAID_ABOVE],
        "links": [one for one in evidence.links if one["own"]],
        "pictures": [one for one in evidence.pictures if one["own"]],
    }
