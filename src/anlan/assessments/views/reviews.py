"""The learner's side of a review and of an appeal: asked, heard, answered."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods

from anlan.assessments import queries, services
from anlan.assessments.forms import WordsForm, question_no
from anlan.assessments.models import ReviewStatus, Sitting, SittingReview
from anlan.assessments.policies import is_the_learner
from anlan.assessments.queries import releases, reviews
from anlan.foundation.accounts.guards import actor, guarded

own = guarded(is_the_learner, load=queries.sitting_for)


def not_yet(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """已交卷: that it was handed in, and when the result will be seen. No score, no answers."""
    context = {"sitting": sitting, "words": releases.release_words(sitting)}
    return render(request, "assessments/not_yet.html", context)


@never_cache
@gzip_page
@require_http_methods(["GET", "POST"])
@guarded(is_the_learner, load=reviews.review_for)
def explain(request: HttpRequest, review: SittingReview) -> HttpResponse:
    """Somebody asks; the learner answers in own words, once."""
    form = WordsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data["words"]
        services.explain(review, words=words, by=actor(request), at=now())
        messages.success(request, "已收到您的说明，决定后会通知您。")
        return redirect("assessments:explain", uid=review.sitting.uid)
    context = {
        "review": review,
        "sitting": review.sitting,
        "form": form,
        "asked": review.status == ReviewStatus.ASKED,
    }
    status = 422 if form.is_bound else 200
    return render(request, "assessments/explain.html", context, status=status)


@never_cache
@gzip_page
@require_http_methods(["GET", "POST"])
@own
def appeal(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Object to the result, or with `?no=3` to a question."""
    at, no = now(), question_no(request.GET.get("no", ""))
    form = WordsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data["words"]
        services.make_appeal(sitting, no, words=words, by=actor(request), at=at)
        messages.success(request, "申诉已提交，答复后会通知您。")
        return redirect("assessments:appeals", uid=sitting.uid)
    context = {
        "sitting": sitting,
        "no": no,
        "door": reviews.appeal_door(sitting, no, at=at),
        "question": reviews.question_of(sitting, no, at=at),
        "days": reviews.rules_of(sitting).whole("exam.appeal_answer_days"),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "assessments/appeal.html", context, status=status)


@never_cache
@gzip_page
@require_GET
@own
def appeals(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """What was objected to, and what was answered."""
    context = {"sitting": sitting, "said": reviews.objections(sitting, at=now())}
    return render(request, "assessments/appeals.html", context)
