"""Versions of coders: what each was worth, and which one is asked."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.ledger.queries import timeline
from anlan.foundation.rules.queries import rulebook
from anlan.foundation.ui.parts import Moment
from anlan.injuries import policies
from anlan.injuries.models import CoderVersion
from anlan.injuries.queries import coders as queries
from anlan.injuries.services import coders as services
from anlan.injuries.targets import TASKS, Task
from anlan.injuries.worth import Worth, worth_of
from anlan.lib.dates import local_date


@require_GET
@guarded(policies.may_watch_coders)
def listing(request: HttpRequest) -> HttpResponse:
    """Each task with the version in use, on its own terms and on what people made of it."""
    user, today = actor(request), local_date(now())
    book = rulebook(today)
    context = {
        "tasks": [(one, _worth(one.current)) for one in queries.standings(today)],
        "unattended": book.flag("injuries.coding_unattended"),
        "sample_share": book.number("injuries.coding_sample_share"),
        "wanted": book.number("injuries.coding_wanted"),
        "may_manage": policies.may_manage_coders(user),
        "may_review": policies.may_review_codes(user),
    }
    return render(request, "injuries/coders.html", context)


@require_GET
@guarded(policies.may_see_coder, load=queries.version_for)
def record(request: HttpRequest, version: CoderVersion) -> HttpResponse:
    context = {
        "version": version,
        "task": Task(version.target, version.system),
        "worth": _worth(version),
        "may_manage": policies.may_manage_coders(actor(request)),
        "moments": [Moment(h.at, h.sentence, h.who) for h in reversed(timeline([version.subject]))],
    }
    return render(request, "injuries/coder.html", context)


@require_POST
@guarded(policies.may_manage_coders)
def train(request: HttpRequest) -> HttpResponse:
    target, _, system = request.POST.get("task", "").partition("@")
    task = Task(target, system)
    if task not in TASKS:
        raise Http404
    services.ask_for_version(task, by=actor(request), at=now())
    messages.success(request, "已排队训练，几分钟后在这里看到新版本。")
    return redirect("injuries:coders")


@require_POST
@guarded(policies.may_manage_coder, load=queries.version_for)
def use(request: HttpRequest, version: CoderVersion) -> HttpResponse:
    services.put_in_use(version, by=actor(request), at=now())
    messages.success(request, f"已启用第 {version.number} 版，待复核的案件将重新给出建议。")
    return redirect("injuries:coder", uid=version.uid)


@require_POST
@guarded(policies.may_manage_coder, load=queries.version_for)
def retire(request: HttpRequest, version: CoderVersion) -> HttpResponse:
    services.take_out_of_use(version, by=actor(request), at=now())
    messages.success(request, "已停用，不再有新的机器编码。待复核的案件不受影响。")
    return redirect("injuries:coder", uid=version.uid)


def _worth(version: CoderVersion | None) -> Worth | Any:
    return worth_of(version) if version is not None and version.figures is not None else None
