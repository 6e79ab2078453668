"""Rules for papers: dated, the old one ends where the new one begins."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from anlan.assessments.models import PaperRule
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import BadInput, NotAllowed

_TERMS = ("title", "counts", "weights", "risks", "difficulty", "minutes", "pass_mark")


@transaction.atomic
def set_paper_rule(facts: dict[str, Any], *, by: User, at: datetime) -> PaperRule:
    """A rule for a scope from a day on; what held for the scope until then ends the day before.

    One that begins the same day is put right instead. Sittings keep what was frozen in them.
    """
    _refuse_impossible(facts)
    scope = {"industry": facts["industry"], "role": facts["role"]}
    begins: date = facts["valid_from"]
    later = PaperRule.objects.filter(**scope, valid_from__gt=begins).order_by("valid_from").first()
    before = PaperRule.objects.filter(**scope, valid_from__lt=begins, valid_to__isnull=True)
    before.update(valid_to=begins)
    PaperRule.objects.filter(**scope, valid_from__lt=begins, valid_to__gt=begins).update(
        valid_to=begins
    )
    terms = {name: facts[name] for name in _TERMS}
    rule, _new = PaperRule.objects.update_or_create(
        **scope,
        valid_from=begins,
        defaults={**terms, "valid_to": later.valid_from if later else None, "by": by, "at": at},
    )
    record(rule.subject, "paper_rule_set", by=by, at=at, title=rule.title, begins=f"{begins}")
    return rule


@transaction.atomic
def end_paper_rule(rule: PaperRule, *, on: date, by: User, at: datetime) -> PaperRule:
    """From that day on the rule book's numbers hold again."""
    if rule.valid_to is not None and rule.valid_to <= on:
        raise NotAllowed("这条组卷规则已经停止。", "请刷新页面查看最新状态。")
    if rule.valid_from >= on:
        rule.delete()
    else:
        PaperRule.objects.filter(pk=rule.pk).update(valid_to=on)
        rule.valid_to = on
    record(rule.subject, "paper_rule_ended", by=by, at=at, title=rule.title, ends=f"{on}")
    return rule


def _refuse_impossible(facts: dict[str, Any]) -> None:
    counts = facts["counts"]
    total = sum(counts.values())
    if not total:
        raise BadInput("试卷里一道题都没有。", "请至少给一种题型填题数。")
    if not any(facts["weights"].get(kind, 0) for kind, count in counts.items() if count):
        raise BadInput("有题的题型都没有分值。", "请填写每题分值。")
    shares = facts["difficulty"]
    if shares and round(sum(float(share) for share in shares.values())) != 100:
        raise BadInput("难度占比加起来不是 100%。", "请核对易、中、难三项，或全部留空。")
    asked = sum(int(row["least"]) for row in facts["risks"])
    if asked > total:
        raise BadInput(
            f"各事故类型至少要 {asked} 题，超过全卷 {total} 题。", "请减少，或增加题数。"
        )
    for row in facts["risks"]:
        if row.get("kind") and int(row["least"]) > counts.get(row["kind"], 0):
            raise BadInput("某种事故类型要的题比该题型的总题数还多。", "请核对事故类型一栏。")
