"""The officials' ledger of organisations and the record of one."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.foundation.accounts.guards import actor, guarded, signed_in
from anlan.foundation.accounts.models import User
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.foundation.files.responses import XLSX, send_bytes
from anlan.foundation.ledger.queries import timeline
from anlan.foundation.ui.formats import cn_date
from anlan.foundation.ui.parts import Moment, Step
from anlan.lib.dates import date_text, local_date
from anlan.lib.masking import mask_name, mask_phone
from anlan.organizations import policies, queries, services
from anlan.organizations.forms import DecisionForm, FilterForm, OrganizationForm, initial_of
from anlan.organizations.licence_forms import typed_in
from anlan.organizations.licence_in_forms import OrganizationOwner, answer, shown
from anlan.organizations.licence_views import shown_on
from anlan.organizations.models import Organization, Status
from anlan.organizations.sheets import ledger_sheet

PAGE = 30


@require_GET
@guarded(policies.may_use_ledger)
def ledger(request: HttpRequest) -> HttpResponse:
    user = actor(request)
    form = FilterForm(request.GET)
    rows = queries.filtered(queries.visible_to(user), form.filters())
    sums = queries.totals(rows)
    context = {
        "filters": form,
        "page": _page(rows, request.GET.get("page")),
        "totals": [
            ("职工", f"{sums.headcount:,} 人"),
            ("危化许可", f"{sums.hazardous:,} 家"),
            ("待审核", f"{sums.pending:,} 家"),
        ],
        "waiting": queries.waiting_for(user).count(),
        "export_url": reverse("organizations:export"),
    }
    fragment = request.headers.get("HX-Request") == "true"
    page = "organizations/_rows.html" if fragment else "organizations/ledger.html"
    return render(request, page, context)


@require_GET
@guarded(policies.may_use_ledger)
def export(request: HttpRequest) -> HttpResponse:
    rows = queries.filtered(queries.visible_to(actor(request)), FilterForm(request.GET).filters())
    day = date_text(local_date(now()))
    return send_bytes(ledger_sheet(rows, day), f"单位台账-{day}.xlsx", XLSX)


@require_GET
@guarded(signed_in)
def mine(request: HttpRequest) -> HttpResponse:
    """The user's own organisations; the only one is opened at once."""
    own = list(queries.organizations_of(actor(request)))
    if len(own) == 1:
        return redirect("organizations:record", uid=own[0].uid)
    return render(request, "organizations/mine.html", {"own": own})


@require_GET
@guarded(policies.may_see, load=queries.organization_for)
def record(request: HttpRequest, organization: Organization) -> HttpResponse:
    return _record(request, organization, DecisionForm())


@require_POST
@guarded(policies.may_approve, load=queries.organization_for)
def approve(request: HttpRequest, organization: Organization) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _record(request, organization, form, status=422)
    reason = form.cleaned_data["reason"]
    services.approve_organization(organization, by=actor(request), at=now(), reason=reason)
    messages.success(request, f"已同意「{organization.name}」的登记，结果已通知对方。")
    return redirect("organizations:record", uid=organization.uid)


@require_POST
@guarded(policies.may_approve, load=queries.organization_for)
def send_back(request: HttpRequest, organization: Organization) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _record(request, organization, form, status=422)
    reason = form.cleaned_data["reason"]
    services.return_organization(organization, by=actor(request), at=now(), reason=reason)
    messages.success(request, f"已退回「{organization.name}」的登记，对方会看到您写的原因。")
    return redirect("organizations:record", uid=organization.uid)


@require_http_methods(["GET", "POST"])
@guarded(policies.may_edit, load=queries.organization_for)
def edit(request: HttpRequest, organization: Organization) -> HttpResponse:
    """A returned registration, mended and handed in again."""
    own, user, at = organization.uscc, actor(request), now()
    owner = OrganizationOwner(organization, str(request.META.get("REMOTE_ADDR", "")), at, user)
    if act := request.POST.get("act", ""):
        done = answer(request, act, typed_in(request), owner)
        form = OrganizationForm(initial=done.typed, own=own)
        context = {"form": form, "organization": organization}
        context |= shown(owner, done.typed, done.refused)
        return render(request, "organizations/edit.html", context, status=done.status)
    form = OrganizationForm(request.POST or None, initial=initial_of(organization), own=own)
    if request.method == "POST" and form.is_valid():
        services.resubmit_organization(organization, by=user, at=at, **form.facts())
        messages.success(request, "已重新提交，请等待审核。")
        return redirect("organizations:record", uid=organization.uid)
    typed = typed_in(request) if form.is_bound else form.initial
    context = {"form": form, "organization": organization, **shown(owner, typed)}
    return render(request, "organizations/edit.html", context, status=422 if form.errors else 200)


def _record(
    request: HttpRequest, organization: Organization, form: DecisionForm, status: int = 200
) -> HttpResponse:
    user = actor(request)
    happenings = timeline([organization.subject], limit=50)
    context = {
        "organization": organization,
        "steps": _steps(organization),
        "facts": _facts(organization, user),
        "moments": [Moment(h.at, h.sentence, h.who) for h in reversed(happenings)],
        "form": form,
        "may_decide": policies.may_approve(user, organization),
        "may_edit": policies.may_edit(user, organization),
        "own": policies.works_for(user, organization),
        "place": codes.code_name(System.GB_T_2260, organization.district),
        "may_use_ledger": policies.may_use_ledger(user),
        **shown_on(request, organization),
    }
    return render(request, "organizations/record.html", context, status=status)


def _facts(organization: Organization, user: User) -> list[tuple[str, object]]:
    trusted = policies.works_for(user, organization) or policies.decides_for(user, organization)
    phone = organization.contact_phone
    line = [code.name for code in codes.lineage(System.GB_T_4754, organization.industry)]
    return [
        ("信用代码", organization.uscc),
        ("类型", organization.get_kind_display()),
        ("行业", f"{' / '.join(line[1:]) or '未填'} {organization.industry}"),
        ("重点行业", codes.code_name(System.KEY_INDUSTRY, organization.key_industry)),
        ("危化许可", "有" if organization.hazardous else "无"),
        ("区县", codes.code_name(System.GB_T_2260, organization.district)),
        ("职工人数", f"{organization.headcount:,} 人"),
        ("地址", organization.address or "未填"),
        *_from_licence(organization, trusted),
        ("联系人", organization.contact_name or "未填"),
        ("联系电话", (phone if trusted else mask_phone(phone)) or "未填"),
    ]


def _from_licence(organization: Organization, trusted: bool) -> list[tuple[str, object]]:
    """Optional facts: a line each where they are told."""
    person, founded = organization.legal_person, organization.founded
    told = [
        ("法定代表人", person if trusted else mask_name(person)),
        ("成立日期", date_text(founded) if founded else ""),
        ("主体类型", organization.licence_kind),
    ]
    return [(label, value) for label, value in told if value]


def _steps(organization: Organization) -> list[Step]:
    place = codes.code_name(System.GB_T_2260, organization.district)
    sent = Step("提交登记", "done", cn_date(organization.registered_at))
    day = cn_date(organization.reviewed_at)
    last: dict[str, list[Step]] = {
        Status.PENDING: [Step(f"{place}审核", "now", "等待经办人员处理"), Step("登记完成")],
        Status.RETURNED: [Step("退回修改", "stop", day), Step("登记完成")],
        Status.APPROVED: [Step(f"{place}审核", "done", day), Step("登记完成", "done")],
        Status.SUSPENDED: [Step(f"{place}审核", "done", day), Step("已停用", "stop")],
    }
    return [sent, *last[organization.status]]


@dataclass(frozen=True)
class Line:
    """A row of the ledger with its codes as words."""

    organization: Organization
    place: str
    trade: str


def _page(rows: QuerySet[Organization], number: str | None) -> Page[Any]:
    page: Page[Any] = Paginator(rows.defer("contact_phone"), PAGE).get_page(number)
    page.object_list = [
        Line(
            organization=found,
            place=codes.code_name(System.GB_T_2260, found.district),
            trade=codes.code_name(System.KEY_INDUSTRY, found.key_industry),
        )
        for found in page.object_list
    ]
    return page
