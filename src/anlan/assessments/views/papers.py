"""Rules for papers and what the banks lack for them; how items did in use."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.assessments import queries, services
from anlan.assessments.models import Bank, PaperRule
from anlan.assessments.paper_forms import PaperRuleForm
from anlan.assessments.policies import may_keep, may_set_paper, may_set_papers
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput

ROWS = 50


@require_GET
@guarded(may_set_papers)
def paper_rules(request: HttpRequest) -> HttpResponse:
    today = local_date(now())
    rows = [
        {
            "rule": rule,
            "scope": queries.scope_words(rule),
            "risks": queries.risk_words(rule),
            "total": sum(rule.counts.values()),
            "ended": rule.valid_to is not None and rule.valid_to <= today,
            "coming": rule.valid_from > today,
            "short": queries.shortages(queries.composition_of(rule), rule.industry, None),
        }
        for rule in queries.paper_rules()[:60]
    ]
    context = {"rows": rows, "book": _book_terms(rulebook(today))}
    return render(request, "assessments/paper_rules.html", context)


@guarded(may_set_papers)
def new_paper_rule(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@guarded(may_set_paper, load=queries.paper_rule_by)
def edit_paper_rule(request: HttpRequest, rule: PaperRule) -> HttpResponse:
    return _edit(request, rule)


def _edit(request: HttpRequest, rule: PaperRule | None) -> HttpResponse:
    today = local_date(now())
    initial = None if rule else _initial(rulebook(today)) | {"valid_from": today}
    extra = {"rule": rule} if rule else {"initial": initial}
    form = PaperRuleForm(request.POST or None, **extra)
    context: dict[str, object] = {"form": form, "rule": rule}
    if form.is_valid():
        facts = form.facts()
        context["short"] = _shortages(facts)
        context["checked"] = True
        if request.POST.get("act") != "check":
            try:
                made = services.set_paper_rule(facts, by=actor(request), at=now())
            except BadInput as wrong:
                form.add_error(None, f"{wrong.message}{wrong.next_step}")
            else:
                messages.success(request, f"「{made.title}」已保存，{made.valid_from} 起组卷按它。")
                if context["short"]:
                    words = "题库还不够，补足以前按它安排考试会被拒绝，请先补题。"
                    messages.warning(request, words)
                return redirect("assessments:paper_rules")
    elif rule is not None and not form.is_bound:
        context["short"] = queries.shortages(queries.composition_of(rule), rule.industry, None)
        context["checked"] = True
    return render(request, "assessments/edit_paper_rule.html", context)


def _shortages(facts: dict[str, object]) -> list[str]:
    """Of a rule as typed, before it is saved."""
    draft = PaperRule(**{**facts, "title": "草稿"})
    return queries.shortages(queries.composition_of(draft), draft.industry, None)


def _book_terms(rules: Rulebook) -> dict[str, object]:
    names = ("composition", "weights", "minutes", "pass_mark")
    return {name: rules.ruling(f"exam.{name}").value for name in names}


def _initial(rules: Rulebook) -> dict[str, object]:
    """A new rule begins as what holds without one."""
    terms = _book_terms(rules)
    counts, weights = terms["composition"], terms["weights"]
    assert isinstance(counts, dict)
    assert isinstance(weights, dict)
    return {
        "minutes": terms["minutes"],
        "pass_mark": terms["pass_mark"],
        **{f"count_{kind}": count for kind, count in counts.items()},
        **{f"weight_{kind}": weight for kind, weight in weights.items()},
    }


@require_POST
@guarded(may_set_paper, load=queries.paper_rule_by)
def end_paper_rule(request: HttpRequest, rule: PaperRule) -> HttpResponse:
    at = now()
    services.end_paper_rule(rule, on=local_date(at), by=actor(request), at=at)
    messages.success(request, f"「{rule.title}」已停止，今天起按通用规则组卷。")
    return redirect("assessments:paper_rules")


@require_GET
@guarded(may_keep, load=queries.bank_for)
def analysis(request: HttpRequest, bank: Bank) -> HttpResponse:
    sort = request.GET.get("sort", "doubt")
    rules = rulebook(local_date(now()))
    found = queries.figures_of(bank, sort)
    context = {
        "bank": bank,
        "sort": sort,
        "sorts": [
            ("doubt", "可疑在前"),
            ("hard", "最难在前"),
            ("easy", "最易在前"),
            ("weak", "区分度低在前"),
            ("used", "作答多在前"),
        ],
        "page": Paginator(found, ROWS).get_page(request.GET.get("page")),
        "suspected": queries.suspected(bank),
        "least": rules.whole("analysis.answers_min"),
        "months": rules.whole("analysis.months"),
    }
    part = request.headers.get("HX-Request")
    return render(request, f"assessments/{'_figures' if part else 'analysis'}.html", context)
