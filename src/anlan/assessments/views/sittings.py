"""The learner's exam: cover, paper, answers, result."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST

from anlan.assessments import queries, services
from anlan.assessments.forms import answer_in, answers_in
from anlan.assessments.models import Sitting, SittingStatus
from anlan.assessments.papers import IDENTITY
from anlan.assessments.policies import is_the_learner
from anlan.assessments.queries.releases import is_released, released
from anlan.assessments.queries.reviews import objections
from anlan.assessments.queries.sealing import seal_terms
from anlan.assessments.views.reviews import not_yet
from anlan.foundation.accounts.guards import actor, guarded, signed_in
from anlan.foundation.files.responses import send_bytes
from anlan.foundation.ledger.receipts import receipt_file, receipt_of
from anlan.foundation.ui import assets
from anlan.identity.models import Purpose
from anlan.identity.queries.checks import open_or_done
from anlan.identity.queries.past import committed_then
from anlan.identity.services.checks import begin

own = guarded(is_the_learner, load=queries.sitting_for)


@require_GET
@guarded(signed_in)
def mine(request: HttpRequest) -> HttpResponse:
    at = now()
    waiting = {SittingStatus.READY, SittingStatus.STARTED, SittingStatus.ON_PAPER}
    found = list(queries.sittings_of(actor(request))[:100])
    context = {
        "waiting": [sitting for sitting in reversed(found) if sitting.status in waiting],
        "past": [sitting for sitting in found if sitting.status not in waiting],
        "released": released(found, at=at),
        "now": at,
    }
    return render(request, "assessments/mine.html", context)


@never_cache
@gzip_page
@require_GET
@own
def cover(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """What awaits, how to go on, or how it went."""
    at = now()
    if sitting.status == SittingStatus.SUBMITTED:
        if not is_released(sitting, at=at):
            return not_yet(request, sitting)
        reviews = queries.review_of(sitting)
        context = {
            "sitting": sitting,
            "wrong": [review for review in reviews if not review.correct],
            "right": [review for review in reviews if review.correct],
            "apart": sitting.late_answers.filter(counted_at__isnull=True).count(),
            "said": objections(sitting, at=at),
        }
        return render(request, "assessments/result.html", context)
    kinds = queries.kinds_of(sitting)
    context = {
        "sitting": sitting,
        "now": at,
        "kinds": kinds,
        "total": sum(n for _label, n, _weight in kinds),
        "latest": min(at + timedelta(minutes=sitting.minutes), sitting.closes_at),
        "running": queries.is_running(sitting, at=at),
        "act": queries.next_act(sitting, at=at),
        "seal": _seal(sitting, at),
        "identity": _identity(sitting),
        "said": objections(sitting, at=at) if sitting.submitted_at else None,
    }
    return _kept_offline(render(request, "assessments/cover.html", context))


@require_POST
@own
def start(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    services.start_sitting(sitting, by=actor(request), at=now())
    return redirect("assessments:paper", uid=sitting.uid)


@require_POST
@own
def identify(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """To the check of who sits here, by either route; it comes back to the cover."""
    check = begin(
        sitting.person,
        Purpose.EXAM,
        sitting.subject,
        title=sitting.title,
        back=reverse("assessments:sitting", args=[sitting.uid]),
        by=actor(request),
        at=now(),
    )
    return redirect("identity:check", uid=check.uid)


@never_cache
@gzip_page
@require_GET
@own
def paper(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """All questions in one page of a few kilobytes, so that a lost network loses nothing."""
    if not queries.is_running(sitting, at=now()):
        return redirect("assessments:sitting", uid=sitting.uid)
    context = {"sitting": sitting, "questions": queries.questions_shown(sitting)}
    return _kept_offline(render(request, "assessments/paper.html", context))


@require_POST
@own
def answer(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    no, chosen = answer_in(request.body)
    services.save_answers(sitting, {no: chosen}, by=actor(request), at=now())
    return JsonResponse({"saved": no})


@require_POST
@own
def submit(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Hand in. Without scripts the buttons say `save` or `check` first."""
    act = request.POST.get("act")
    if sitting.status == SittingStatus.SUBMITTED:
        messages.info(request, "这份试卷此前已交卷，成绩不会改变。")
    elif act in {"save", "check"}:
        return _keep(request, sitting, act)
    else:
        given = answers_in(request.POST)
        services.submit_sitting(sitting, by=actor(request), at=now(), answers=given)
    return redirect("assessments:sitting", uid=sitting.uid)


@require_GET
@own
def result_receipt(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """That the score was recorded, with the own name opened; `Refused` before it is signed."""
    if not is_released(sitting, at=now()):
        raise Http404
    known = committed_then(sitting.person, sitting.submitted_at or now())
    made = receipt_of(sitting.subject, "sitting_submitted", known)
    return send_bytes(receipt_file(made), f"考试成绩回执-{sitting.title}.json", "application/json")


@require_GET
@guarded(signed_in)
def worker(request: HttpRequest) -> HttpResponse:
    """The exam page's service worker: it must stand above the pages that it opens offline."""
    built = assets.DIST / assets.read("manifest.json")["exam_worker"]["js"]
    return HttpResponse(
        built.read_bytes(),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )


def _kept_offline(response: HttpResponse) -> HttpResponse:
    """The phone's worker may show this page again without a network."""
    response["X-Keep-Offline"] = "1"
    return response


def _identity(sitting: Sitting) -> dict[str, Any]:
    """Whether who sits here must be checked, and what came of it. Nothing where no rule asks."""
    if not sitting.composition.get(IDENTITY):
        return {}
    check = open_or_done(sitting.person, sitting.subject)
    return {"check": check, "first": check is None or not check.goes_on}


def _seal(sitting: Sitting, at: datetime) -> dict[str, int]:
    """What the page must know to fetch the sealed paper; milliseconds. Empty when it can't."""
    if sitting.status != SittingStatus.READY or at >= sitting.closes_at:
        return {}
    terms = seal_terms(sitting, at)
    return {
        "opens": int(sitting.opens_at.timestamp() * 1000),
        "since": int(terms.since.timestamp() * 1000),
        "spread": int(terms.spread.total_seconds() * 1000),
    }


def _keep(request: HttpRequest, sitting: Sitting, act: str) -> HttpResponse:
    services.save_answers(sitting, answers_in(request.POST), by=actor(request), at=now())
    questions = queries.questions_shown(sitting)
    open_ones = [question.no for question in questions if not question.answered]
    if act == "check":
        context = {"sitting": sitting, "total": len(questions), "open_ones": open_ones}
        return render(request, "assessments/check.html", context)
    messages.success(request, f"已保存，还有 {len(open_ones)} 题没有作答。")
    return redirect("assessments:paper", uid=sitting.uid)
