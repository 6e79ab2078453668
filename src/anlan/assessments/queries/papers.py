"""Reads of paper rules: which one holds, and what the banks lack for it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from anlan.assessments.blueprints import ANY, Missing, demand_of, plan
from anlan.assessments.models import Difficulty, ItemKind, PaperRule
from anlan.assessments.papers import KIND_ORDER, supply_of
from anlan.assessments.queries.banks import draw_pool
from anlan.foundation.accounts.models import User
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.organizations.models import Organization


def paper_rules() -> QuerySet[PaperRule]:
    """All of them: those in force or to come first, by scope and day."""
    return PaperRule.objects.order_by(
        F("valid_to").desc(nulls_first=True), "industry", "role", "-valid_from"
    )


def paper_rule_by(user: User, uid: UUID) -> PaperRule:
    return PaperRule.objects.get(uid=uid)


def paper_rule_for(industry: str, on: date, *, role: str = "") -> PaperRule | None:
    """The rule that holds on that day; the narrower scope wins, the industry before the role."""
    in_force = PaperRule.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on),
        valid_from__lte=on,
        industry__in={industry, ""},
        role__in={role, ""},
    )
    return in_force.order_by("-industry", "-role", "-valid_from").first()


def composition_of(rule: PaperRule) -> dict[str, Any]:
    """What is frozen into a sitting: the kinds, and under further keys whatever else is asked."""
    return {
        **{kind: int(rule.counts.get(kind, 0)) for kind in ItemKind.values},
        "risks": rule.risks,
        "difficulty": rule.difficulty,
        "role": rule.role,
        "rule": str(rule.uid),
    }


def shortages(
    composition: Mapping[str, Any], industry: str, owner: Organization | None
) -> list[str]:
    """What the banks lack for a paper, each a sentence; empty where a fitting paper exists."""
    role = composition.get("role", "")
    pool = [
        item
        for item in draw_pool(industry, owner)
        if not role or not item.roles or role in item.roles
    ]
    demand = demand_of(composition)
    have = {kind: sum(item.kind == kind for item in pool) for kind in KIND_ORDER}
    short = [
        f"{kind.label}需 {composition[kind]} 题，只有 {have[kind]} 题"
        for kind in KIND_ORDER
        if have[kind] < int(composition.get(kind, 0))
    ]
    if short:
        return short
    return [missing_text(one) for one in plan(supply_of(pool, demand), demand).missing]


def missing_text(missing: Missing) -> str:
    """For a page: 还缺 3 道 高处坠落 多选题."""
    parts = [f"还缺 {missing.count} 道"]
    if missing.risk:
        parts.append(code_name(System.GB_6441_1986, missing.risk))
    if missing.level != ANY:
        parts.append(f"难度“{Difficulty(missing.level).label}”的")
    parts.append(ItemKind(missing.kind).label if missing.kind else "题")
    return " ".join(parts)


def scope_words(rule: PaperRule) -> str:
    """全行业, 矿山 · 班组长."""
    industry = code_name(System.KEY_INDUSTRY, rule.industry) if rule.industry else "全行业"
    role = code_name(System.OCCUPATION_ROLE, rule.role) if rule.role else ""
    return f"{industry} · {role}" if role else industry


def risk_words(rule: PaperRule) -> Sequence[str]:
    """高处坠落 多选题 至少 3 题."""
    return [
        f"{code_name(System.GB_6441_1986, row['risk'])}"
        f"{' ' + ItemKind(row['kind']).label if row.get('kind') else ''} 至少 {row['least']} 题"
        for row in rule.risks
    ]
