"""The steps of 认定 and 鉴定, each a small form on the case's page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.models import User
from anlan.injuries import policies
from anlan.injuries.forms import cases as forms
from anlan.injuries.models import Appraisal, Case, Recognition
from anlan.injuries.models import AppraisalStatus as Appraising
from anlan.injuries.models import RecognitionStatus as Recognising
from anlan.injuries.queries.cases import case_for
from anlan.injuries.services import appraising, recognising
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput


@dataclass(frozen=True)
class Act:
    """A step that may be taken now: its words, its form, what it calls, from which states."""

    name: str
    label: str
    form: type[forms.StepForm]
    call: Callable[..., object]
    since: tuple[str, ...]


_BEFORE_ACCEPTANCE = (Recognising.APPLIED, Recognising.PAPERS_ASKED, Recognising.PAPERS_HERE)
RECOGNITION = {
    act.name: act
    for act in (
        Act(
            "apply",
            "登记认定申请",
            forms.ApplyForm,
            recognising.apply_recognition,
            ("", Recognising.DECLINED),
        ),
        Act(
            "papers", "通知补正材料", forms.StepForm, recognising.ask_papers, (Recognising.APPLIED,)
        ),
        Act(
            "papers-here",
            "材料已补齐",
            forms.StepForm,
            recognising.bring_papers,
            (Recognising.PAPERS_ASKED,),
        ),
        Act("accept", "受理", forms.AcceptForm, recognising.accept, _BEFORE_ACCEPTANCE),
        Act("decline", "不予受理", forms.DeclineForm, recognising.decline, _BEFORE_ACCEPTANCE),
        Act("suspend", "中止", forms.SuspendForm, recognising.suspend, (Recognising.ACCEPTED,)),
        Act("resume", "恢复计时", forms.StepForm, recognising.resume, (Recognising.SUSPENDED,)),
        Act("decide", "作出决定", forms.DecideForm, recognising.decide, (Recognising.ACCEPTED,)),
    )
}


def _extend(record: Appraisal, *, on: object, by: User, at: Any) -> Appraisal:
    return appraising.extend_appraisal(record, by=by, at=at)


_OPEN = (Appraising.APPLIED, Appraising.EXTENDED)
APPRAISAL = {
    act.name: act
    for act in (
        Act(
            "apply",
            "登记鉴定申请",
            forms.StepForm,
            appraising.apply_appraisal,
            ("", Appraising.DECIDED),
        ),
        Act("extend", "延长期限", forms.StepForm, _extend, (Appraising.APPLIED,)),
        Act("grade", "登记鉴定结论", forms.GradeForm, appraising.grade, _OPEN),
    )
}


def _case_and_step(user: User, uid: UUID, step: str) -> tuple[Case, str]:
    return case_for(user, uid), step


def _may_decide(user: User, found: tuple[Case, str]) -> bool:
    return policies.may_decide(user, found[0])


@require_POST
@guarded(_may_decide, load=_case_and_step)
def recognition(request: HttpRequest, found: tuple[Case, str]) -> HttpResponse:
    case, step = found
    return _take(request, case, RECOGNITION, step, getattr(case, "recognition", None))


@require_POST
@guarded(_may_decide, load=_case_and_step)
def appraisal(request: HttpRequest, found: tuple[Case, str]) -> HttpResponse:
    case, step = found
    return _take(request, case, APPRAISAL, step, case.appraisals.order_by("-no").first())


def open_steps(case: Case) -> list[dict[str, Any]]:
    """The steps that this case may take now, each with its form and address."""
    record = getattr(case, "recognition", None)
    found = _open(case, "recognition", RECOGNITION, record)
    if record is not None and record.outcome in appraising.RECOGNISED:
        last = case.appraisals.order_by("-no").first()
        found += _open(case, "appraisal", APPRAISAL, last)
    return found


def _open(
    case: Case, part: str, acts: dict[str, Act], record: Recognition | Appraisal | None
) -> list[dict[str, Any]]:
    state, today = record.status if record else "", local_date(now())
    return [
        {
            "label": act.label,
            "form": act.form(initial={"on": today}, prefix=f"{part}-{act.name}"),
            "url": reverse(f"injuries:{part}", args=[case.uid, act.name]),
        }
        for act in acts.values()
        if state in act.since
    ]


def _take(
    request: HttpRequest,
    case: Case,
    acts: dict[str, Act],
    step: str,
    record: Recognition | Appraisal | None,
) -> HttpResponse:
    """One step. What can't be used is said on the refusal page, whose way back keeps the form."""
    act = acts.get(step)
    if act is None or (record is None and step != "apply"):
        raise Http404
    part = "recognition" if acts is RECOGNITION else "appraisal"
    form = act.form(request.POST, prefix=f"{part}-{step}")
    if not form.is_valid():
        said = "；".join(str(e) for errors in form.errors.values() for e in errors)
        raise BadInput(f"{act.label}：{said}", "请返回补全后再提交。")
    act.call(case if step == "apply" else record, by=actor(request), at=now(), **form.facts())
    messages.success(request, f"{act.label}：已登记。")
    return redirect("injuries:case", uid=case.uid)
