"""结业考核: arrange, read the results, make up, give up; the examiner's checklist."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.assessments import queries as assessments
from anlan.assessments.forms import ChecklistForm
from anlan.assessments.models import Checklist, Practical
from anlan.assessments.services import mark_practical
from anlan.classes import policies, queries
from anlan.classes.examining import items_missed, practicals_waiting_for, trial_to_examine
from anlan.classes.forms_live import (
    PHOTO_ENDINGS,
    PHOTO_MB,
    ExamForm,
    MakeUpForm,
    ReasonForm,
    moment_input,
)
from anlan.classes.makeups import Failed, failed_by_employer
from anlan.classes.models import Enrolment, EnrolmentStatus, Status, TrainingClass
from anlan.classes.results import Result, results_of
from anlan.classes.services.enrolments import give_up_makeup
from anlan.classes.services.exams import arrange_exam, arrange_makeup
from anlan.classes.sittings import undecided_count
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.files.services import keep_upload
from anlan.lib.dates import local_date, to_shanghai
from anlan.lib.masking import mask_name

watching = guarded(policies.is_watching, load=queries.class_for)
running = guarded(policies.may_run, load=queries.class_for)
examining = guarded(policies.may_examine, load=queries.enrolment_for)
EXAM_LASTS = timedelta(hours=2)


@gzip_page
@require_GET
@watching
def exams(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """Everybody's hours, theory, practical and verdict, and what to arrange next."""
    at, user = now(), actor(request)
    results = results_of(klass)
    full = policies.may_see_people(user, klass)
    may_run = policies.may_run(user, klass) and klass.status == Status.RUNNING
    without = [r for r in results.values() if not r.trials and _stays(r)]
    failed = failed_by_employer(klass, results.values(), at=at) if may_run else []
    context = {
        "klass": klass,
        "rows": [(_name(r, full), r) for r in results.values()],
        "counts": _counts(list(results.values())),
        "without": without,
        "may_run": may_run,
        "may_give_time": policies.may_give_time(user, klass),
        "may_judge": (may_judge := policies.may_judge_class(user, klass)),
        "may_invigilate": policies.may_invigilate(user, klass),
        "undecided": undecided_count(klass) if may_judge else 0,
        "waits_for_start": policies.may_run(user, klass) and klass.status == Status.APPROVED,
        "form": _exam_form(klass, at) if may_run and without else None,
        "failed": [(group, _makeup_form(group, at)) for group in failed],
        "rules": queries.rules_for(klass, klass.first_day or local_date(at)),
    }
    return render(request, "classes/live/exams.html", context)


@require_POST
@running
def arrange(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """Schedule the final exam of everybody who has none."""
    read = ExamForm(request.POST, lists=_checklists(klass)).require()
    trials = arrange_exam(klass, **read, by=actor(request), at=now())
    messages.success(request, f"已为 {len(trials)} 名学员安排考核，并发了通知。")
    return redirect("classes:exams", uid=klass.uid)


@require_POST
@running
def make_up(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """Schedule a make-up for the chosen learners at their enterprise's door."""
    people = [one for one in queries.enrolled(klass) if one.status == EnrolmentStatus.ENROLLED]
    read = MakeUpForm(request.POST, people=people).require()
    trials = arrange_makeup(
        klass,
        list(read["people"]),
        scheduled_at=read["scheduled_at"],
        place=read["place"],
        by=actor(request),
        at=now(),
    )
    messages.success(request, f"已为 {len(trials)} 名学员安排补考，并发了通知。")
    return redirect("classes:exams", uid=klass.uid)


@require_POST
@guarded(policies.may_run_enrolment, load=queries.enrolment_for)
def give_up(request: HttpRequest, enrolment: Enrolment) -> HttpResponse:
    """A failed learner will not try again; the reason stands in the file."""
    reason = ReasonForm(request.POST).require()["reason"]
    give_up_makeup(enrolment, reason=reason, by=actor(request), at=now())
    messages.success(request, f"已登记 {enrolment.person.name} 放弃补考。")
    return redirect("classes:exams", uid=enrolment.klass.uid)


@gzip_page
@require_GET
@guarded(policies.may_mark_practicals)
def examiner(request: HttpRequest) -> HttpResponse:
    """Who waits for me today."""
    at = now()
    context = {"waiting": practicals_waiting_for(actor(request), at=at), "now": at}
    return render(request, "classes/phone/examiner.html", context)


@gzip_page
@require_http_methods(["GET", "POST"])
@examining
def practical(request: HttpRequest, enrolment: Enrolment) -> HttpResponse:
    """Mark one learner's practical, or read how it was marked."""
    trial = trial_to_examine(enrolment)
    context: dict[str, object] = {
        "enrolment": enrolment,
        "klass": enrolment.klass,
        "trial": trial,
    }
    if trial is None or trial.practical is None or trial.practical.at is not None:
        context["missed"] = items_missed(trial)
        return render(request, "classes/phone/practical_done.html", context)
    form = ChecklistForm(trial.practical.checklist, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        _mark(request, trial.practical, form)
        return redirect("classes:practical", uid=enrolment.uid)
    status = 422 if form.is_bound else 200
    context |= {"form": form, "practical": trial.practical}
    return render(request, "classes/phone/practical.html", context, status=status)


def _mark(request: HttpRequest, practical: Practical, form: ChecklistForm) -> None:
    by, at = actor(request), now()
    upload = form.cleaned_data["photo"]
    photo = keep_upload(upload, by=by, at=at, endings=PHOTO_ENDINGS, most_mb=PHOTO_MB)
    mark_practical(
        practical,
        marks=form.marks(),
        photo=photo,
        remark=form.cleaned_data["remark"],
        by=by,
        at=at,
    )


def _stays(result: Result) -> bool:
    return result.enrolment.status == EnrolmentStatus.ENROLLED


def _name(result: Result, full: bool) -> str:
    name = result.enrolment.person.name
    return name if full else mask_name(name)


def _counts(results: list[Result]) -> dict[str, int]:
    return {
        "people": len(results),
        "attended": sum(r.attended for r in results),
        "passed": sum(r.passed for r in results),
        "pending": sum(r.pending for r in results),
        "failed": sum(r.verdict == "待补考" for r in results),
    }


def _checklists(klass: TrainingClass) -> QuerySet[Checklist]:
    return assessments.checklists(klass.industry)


def _exam_form(klass: TrainingClass, at: datetime) -> ExamForm:
    """The last afternoon's end and two hours, the syllabus's own practical checklist."""
    last = queries.sessions_of(klass).filter(register__isnull=False).last()
    opens = max(at, last.register.ends_at) if last and last.register else at
    keys = klass.syllabus.places.exclude(module__practical="").order_by("-order")
    key = keys.values_list("module__practical", flat=True).first()
    return ExamForm(
        lists=_checklists(klass),
        initial={
            "opens_at": moment_input(to_shanghai(opens)),
            "closes_at": moment_input(to_shanghai(opens + EXAM_LASTS)),
            "checklist": _checklists(klass).filter(key=key).first(),
        },
    )


def _makeup_form(group: Failed, at: datetime) -> MakeUpForm:
    tomorrow = to_shanghai(at + timedelta(days=1)).replace(hour=9, minute=0)
    return MakeUpForm(
        people=[result.enrolment for result in group.results],
        initial={"scheduled_at": moment_input(tomorrow), "place": group.place},
        auto_id=f"g{group.organization.pk}_%s",
    )
