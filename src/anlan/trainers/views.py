"""The ledger of trainers, the record of one, and a new one."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.foundation.files.responses import XLSX, send_bytes
from anlan.foundation.ledger.queries import timeline
from anlan.foundation.ui.formats import percent
from anlan.foundation.ui.parts import Moment
from anlan.lib.dates import date_text, local_date
from anlan.lib.refusals import NotAllowed
from anlan.trainers import policies, queries, services
from anlan.trainers.forms import FilterForm, RetireForm, TrainerForm
from anlan.trainers.models import Trainer, TrainerStatus
from anlan.trainers.queries import Rates
from anlan.trainers.sheets import ledger_sheet

PAGE = 30
WARN_DAYS = 60  # a qualification that ends within so many days is pointed out


@dataclass(frozen=True)
class Line:
    """A row of the ledger with its codes as words."""

    trainer: Trainer
    trades: str
    rates: Rates
    qualified: str
    qualified_tone: str


@require_GET
@guarded(policies.may_use_ledger)
def ledger(request: HttpRequest) -> HttpResponse:
    user = actor(request)
    form = FilterForm(request.GET)
    rows = queries.filtered(queries.visible_to(user), **form.wanted())
    context = {
        "filters": form,
        "page": _page(rows, request.GET.get("page"), local_date(now())),
        "totals": _totals(queries.total_rates(rows)),
        "may_add": policies.may_add(user),
        "export_url": reverse("trainers:export"),
    }
    fragment = request.headers.get("HX-Request") == "true"
    page = "trainers/_rows.html" if fragment else "trainers/ledger.html"
    return render(request, page, context)


@require_GET
@guarded(policies.may_use_ledger)
def export(request: HttpRequest) -> HttpResponse:
    rows = queries.filtered(queries.visible_to(actor(request)), **FilterForm(request.GET).wanted())
    day = date_text(local_date(now()))
    return send_bytes(ledger_sheet(rows, day), f"师资台账-{day}.xlsx", XLSX)


@require_http_methods(["GET", "POST"])
@guarded(policies.may_add)
def add(request: HttpRequest) -> HttpResponse:
    providers = queries.providers_of(actor(request))
    if not providers:
        raise NotAllowed(
            "本机构的登记还没有通过审核，不能登记讲师。", "请等待区县审核，或联系经办人员。"
        )
    form = TrainerForm(request.POST or None, providers=providers)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        chosen = facts.pop("provider")
        provider = next(one for one in providers if str(one.uid) == chosen)
        trainer = services.add_trainer(provider=provider, by=actor(request), at=now(), **facts)
        messages.success(request, f"已登记讲师「{trainer.name}」，现在可以排课。")
        return redirect("trainers:ledger")
    context = {"form": form, "only": providers[0] if len(providers) == 1 else None}
    return render(request, "trainers/add.html", context, status=422 if form.errors else 200)


@require_GET
@guarded(policies.may_see, load=queries.trainer_for)
def record(request: HttpRequest, trainer: Trainer) -> HttpResponse:
    return _record(request, trainer, RetireForm())


@require_POST
@guarded(policies.may_retire, load=queries.trainer_for)
def retire(request: HttpRequest, trainer: Trainer) -> HttpResponse:
    form = RetireForm(request.POST)
    if not form.is_valid():
        return _record(request, trainer, form, status=422)
    services.retire_trainer(
        trainer, by=actor(request), at=now(), reason=form.cleaned_data["reason"]
    )
    messages.success(request, f"讲师「{trainer.name}」已退出，以后不能再排课。")
    return redirect("trainers:record", uid=trainer.uid)


def _record(
    request: HttpRequest, trainer: Trainer, form: RetireForm, status: int = 200
) -> HttpResponse:
    user = actor(request)
    happenings = timeline([trainer.subject], limit=50)
    line = _line(trainer, queries.rates_of([trainer])[trainer.pk], local_date(now()))
    context = {
        "trainer": trainer,
        "line": line,
        "facts": _facts(line),
        "moments": [Moment(h.at, h.sentence, h.who) for h in reversed(happenings)],
        "form": form,
        "may_retire": policies.may_retire(user, trainer),
    }
    return render(request, "trainers/record.html", context, status=status)


def _facts(line: Line) -> list[tuple[str, object]]:
    trainer, rates = line.trainer, line.rates
    return [
        ("所属机构", trainer.provider.name),
        ("可授课行业", line.trades),
        ("资格", trainer.qualification),
        ("资格有效期至", f"{date_text(trainer.qualified_until)} {line.qualified}".strip()),
        ("已结班次", f"{rates.classes} 个"),
        ("首考合格", _share(rates)),
        ("学员评分", _rated(rates)),
    ]


def _page(rows: QuerySet[Trainer], number: str | None, today: date) -> Page[Any]:
    page: Page[Any] = Paginator(rows, PAGE).get_page(number)
    trainers = list(page.object_list)
    rates = queries.rates_of(trainers)
    page.object_list = [_line(one, rates[one.pk], today) for one in trainers]
    return page


def _line(trainer: Trainer, rates: Rates, today: date) -> Line:
    qualified, tone = _ending(trainer, today)
    trades = [codes.code_name(System.KEY_INDUSTRY, one) for one in trainer.industries]
    return Line(
        trainer=trainer,
        trades="、".join(trades) or "不限",
        rates=rates,
        qualified=qualified,
        qualified_tone=tone,
    )


def _ending(trainer: Trainer, today: date) -> tuple[str, str]:
    """Words and tone where a qualification of an active trainer ends soon or has ended."""
    left = (trainer.qualified_until - today).days
    if trainer.status == TrainerStatus.RETIRED or left > WARN_DAYS:
        return "", ""
    return ("已到期", "stop") if left < 0 else (f"还有 {left} 天到期", "warn")


def _totals(rates: Rates) -> list[tuple[str, str]]:
    return [("首考合格", _share(rates)), ("学员评分", _rated(rates))]


def _share(rates: Rates) -> str:
    if rates.pass_rate is None:
        return "还没有考核"
    return f"{percent(rates.pass_rate)}（{rates.passed:,}/{rates.sat:,}）"


def _rated(rates: Rates) -> str:
    if rates.rating is None:
        return "还没有评价"
    return f"{rates.rating:.2f} 分（{rates.ratings:,} 份）"
