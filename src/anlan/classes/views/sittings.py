"""答卷复核与申诉: what waits, one sitting with all that happened around it, the verdicts."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST

from anlan.assessments import services as assessments
from anlan.assessments.models import (
    Appeal,
    AppealStatus,
    ScoreChange,
    ScoreState,
    SittingReview,
    SittingStatus,
)
from anlan.assessments.queries import reviews
from anlan.assessments.queries.releases import is_released, release_words
from anlan.assessments.services.results import Regrading
from anlan.classes import policies, queries, sittings
from anlan.classes.forms.sittings import (
    AnswerForm,
    OpenReviewForm,
    QuestionForm,
    SettleForm,
    VerdictForm,
)
from anlan.classes.held import OfClass
from anlan.classes.models import Status, TrainingClass, Trial
from anlan.classes.services import sittings as services
from anlan.classes.sitting_page import sitting_page
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.models import User
from anlan.lib.masking import mask_name
from anlan.lib.refusals import NotAllowed

MOST = 200
judging = guarded(policies.may_judge, load=sittings.sitting_for)


@gzip_page
@require_GET
@guarded(policies.may_judge_some)
def waiting(request: HttpRequest) -> HttpResponse:
    """Everything that waits for this user, over all classes, the oldest clock first."""
    return render(request, "classes/live/reviews.html", _waiting(actor(request), None))


@gzip_page
@require_GET
@guarded(policies.may_judge_class, load=queries.class_for)
def class_reviews(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """The same, of one class."""
    return render(request, "classes/live/reviews.html", _waiting(actor(request), klass))


@gzip_page
@require_GET
@judging
def sitting(request: HttpRequest, held: OfClass) -> HttpResponse:
    """One sitting: facts, what happened, the review, objections, scores before and after."""
    user, at = actor(request), now()
    page = sitting_page(held, at=at)
    full = policies.may_see_people(user, held.klass)
    name = held.sitting.person.name
    context = {
        "held": held,
        "klass": held.klass,
        "sitting": held.sitting,
        "name": name if full else mask_name(name),
        "page": page,
        "released": is_released(held.sitting, at=at),
        "release_words": release_words(held.sitting),
        "open_form": OpenReviewForm(),
        "question_form": QuestionForm(initial={"question": page.suggested_question}),
        "verdict_form": VerdictForm(),
        "answers": [_answering(user, held, one) for one in page.appeals],
        "held_changes": [one for one in page.changes if one.state == ScoreState.HELD],
        "settle_form": SettleForm(),
        "may_void": held.klass.status == Status.RUNNING,
        "may_invigilate": policies.may_invigilate(user, held.klass),
        "now": at,
    }
    return render(request, "classes/live/sitting.html", context)


@require_POST
@judging
def open_review(request: HttpRequest, held: OfClass) -> HttpResponse:
    reason = OpenReviewForm(request.POST).require()["reason"]
    assessments.open_review(held.sitting, reason=reason, by=actor(request), at=now())
    messages.success(request, "已列入复核名单。")
    return redirect("classes:sitting", uid=held.sitting.uid)


@require_POST
@judging
def ask(request: HttpRequest, held: OfClass) -> HttpResponse:
    """需说明: the learner is asked on the phone."""
    question = QuestionForm(request.POST).require()["question"]
    review = _review_of(held)
    assessments.ask_learner(review, question=question, by=actor(request), at=now())
    messages.success(request, "已通知学员作出说明。")
    return redirect("classes:sitting", uid=held.sitting.uid)


@require_POST
@judging
def decide(request: HttpRequest, held: OfClass) -> HttpResponse:
    read = VerdictForm(request.POST).require()
    normal = read["verdict"] == "normal"
    review = _review_of(held)
    services.decide_review(
        held.klass, review, normal=normal, reason=read["reason"], by=actor(request), at=now()
    )
    said = "复核完毕，成绩有效。" if normal else "成绩已作废。可以在考核页安排补考。"
    messages.success(request, said)
    return redirect("classes:sitting", uid=held.sitting.uid)


@require_POST
@guarded(policies.may_answer_appeal, load=sittings.appeal_for)
def answer(request: HttpRequest, held: OfClass) -> HttpResponse:
    """Answer an objection; a wrong key is mended for everybody who had the question."""
    appeal, by, at = held.found, actor(request), now()
    assert isinstance(appeal, Appeal)
    form = _answer_form(held, appeal, request.POST)
    read = form.require()
    said = {"answer": read["answer"], "by": by, "at": at}
    if read["outcome"] == "uphold":
        assessments.uphold(appeal, **said)
        messages.success(request, "已答复：维持。")
    elif appeal.item is None:
        services.correct_result(held.klass, appeal, **said)
        messages.success(request, "已答复并更正成绩。")
    else:
        done = assessments.correct_by_appeal(appeal, form.key_positions, **said)
        messages.success(request, _regraded(done))
    return redirect("classes:sitting", uid=held.sitting.uid)


@require_POST
@guarded(policies.may_judge, load=sittings.change_for)
def settle(request: HttpRequest, held: OfClass) -> HttpResponse:
    """A pass that a corrected key would lower: kept, or lowered by a person."""
    read, change = SettleForm(request.POST).require(), held.found
    assert isinstance(change, ScoreChange)
    apply = read["act"] == "apply"
    services.settle_change(
        held.klass, change, apply=apply, reason=read["reason"], by=actor(request), at=now()
    )
    messages.success(request, "已按新答案更改成绩。" if apply else "已保留原成绩。")
    return redirect("classes:sitting", uid=held.sitting.uid)


def _waiting(user: User, klass: TrainingClass | None) -> dict[str, object]:
    found: dict[str, list[Any]] = {
        "reviews": list(sittings.reviews_waiting_for(user, klass)[:MOST]),
        "appeals": list(sittings.appeals_waiting_for(user, klass)[:MOST]),
        "changes": list(sittings.held_waiting_for(user, klass)[:MOST]),
    }
    trials = sittings.trials_of([one.sitting_id for rows in found.values() for one in rows])
    lines = {
        group: [_line(user, one, trials[one.sitting_id]) for one in rows]
        for group, rows in found.items()
    }
    return {"klass": klass, "now": now(), **lines}


def _line(user: User, one: Any, trial: Trial) -> dict[str, object]:
    enrolment = trial.enrolment
    full = policies.may_see_people(user, enrolment.klass)
    name = enrolment.person.name
    return {"one": one, "trial": trial, "name": name if full else mask_name(name)}


def _review_of(held: OfClass) -> SittingReview:
    found = SittingReview.objects.filter(sitting=held.sitting).first()
    if found is None:
        raise NotAllowed("这份答卷不在复核名单上。", "请先写明看到的情况，列入复核。")
    return found


def _answering(user: User, held: OfClass, appeal: Appeal) -> dict[str, object]:
    """An objection with its question, and the form, or why there is none."""
    about = replace(held, found=appeal)
    open_one = appeal.status == AppealStatus.OPEN
    took_part = user.pk in reviews.deciders_before(held.sitting, appeal.no)
    may = open_one and policies.may_answer_appeal(user, about) and not took_part
    why_not = ""
    if open_one and took_part:
        why_not = "您此前对这一项作过决定，由另一人答复。"
    elif open_one and not may:
        why_not = "这道题由题库管理人员答复。"
    return {
        "appeal": appeal,
        "question": reviews.question_of(held.sitting, appeal.no, at=appeal.made_at),
        "form": _answer_form(held, appeal) if may else None,
        "why_not": why_not,
    }


def _answer_form(held: OfClass, appeal: Appeal, data: Any = None) -> AnswerForm:
    voided = held.sitting.status == SittingStatus.VOID
    prefix = f"a{appeal.pk}"
    return AnswerForm(data, item=appeal.item, voided=voided, auto_id=f"{prefix}_%s")


def _regraded(done: Regrading) -> str:
    parts = [f"答案已更正，重新评分 {done.looked_at} 份：{done.raised} 份提高"]
    if done.lowered:
        parts.append(f"{done.lowered} 份降低")
    if done.held:
        parts.append(f"{done.held} 份原已合格、按新答案会降低，保留原成绩待决定")
    return "，".join(parts) + "。"
