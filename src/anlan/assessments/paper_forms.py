"""Text in, clean values out: rules for papers."""

from typing import Any

from django import forms

from anlan.assessments.bank_forms import industries, risks, roles
from anlan.assessments.models import Difficulty, ItemKind, PaperRule

RISK_ROWS = 6


class PaperRuleForm(forms.Form):
    """Counts and weights by kind, least numbers by accident type, shares by difficulty."""

    title = forms.CharField(
        label="名称", max_length=60, error_messages={"required": "请给规则起个名字。"}
    )
    industry = forms.ChoiceField(
        label="行业", required=False, choices=lambda: [("", "全行业"), *industries()]
    )
    role = forms.ChoiceField(
        label="培训对象", required=False, choices=lambda: [("", "不限"), *roles()]
    )
    valid_from = forms.DateField(
        label="从哪天起",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="同一行业和对象的旧规则自动停在前一天；已安排的考试不受影响。",
        error_messages={"required": "请选择开始日期。"},
    )
    minutes = forms.IntegerField(label="时长（分钟）", min_value=5, max_value=300)
    pass_mark = forms.DecimalField(
        label="合格分（百分制）", min_value=1, max_value=100, max_digits=5, decimal_places=1
    )

    def __init__(self, *args: Any, rule: PaperRule | None = None, **kwargs: Any) -> None:
        if rule is not None:
            kwargs.setdefault("initial", _initial(rule))
        super().__init__(*args, **kwargs)
        for kind in ItemKind:
            self.fields[f"count_{kind}"] = forms.IntegerField(
                label=f"{kind.label}题数", min_value=0, max_value=200, initial=0
            )
            self.fields[f"weight_{kind}"] = forms.DecimalField(
                label="每题分值", min_value=0, max_value=100, max_digits=5, decimal_places=1
            )
        for level in Difficulty:
            self.fields[f"share_{level.value}"] = forms.IntegerField(
                label=f"{level.label}（%）", min_value=0, max_value=100, required=False
            )
        for row in range(RISK_ROWS):
            self._add_risk(row)

    def _add_risk(self, row: int) -> None:
        self.fields[f"risk_{row}"] = forms.ChoiceField(
            label="事故类型", required=False, choices=[("", "不指定"), *risks()]
        )
        self.fields[f"risk_kind_{row}"] = forms.ChoiceField(
            label="题型", required=False, choices=[("", "不限题型"), *ItemKind.choices]
        )
        self.fields[f"risk_least_{row}"] = forms.IntegerField(
            label="至少几题", min_value=1, max_value=200, required=False
        )

    def kind_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"count_{kind}"], self[f"weight_{kind}"]) for kind in ItemKind]

    def share_fields(self) -> list[forms.BoundField]:
        return [self[f"share_{level.value}"] for level in Difficulty]

    def risk_rows(self) -> list[tuple[forms.BoundField, ...]]:
        return [
            (self[f"risk_{row}"], self[f"risk_kind_{row}"], self[f"risk_least_{row}"])
            for row in range(RISK_ROWS)
        ]

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or self.cleaned_data
        for row in range(RISK_ROWS):
            risk, least = clean.get(f"risk_{row}"), clean.get(f"risk_least_{row}")
            if bool(risk) != bool(least):
                self.add_error(f"risk_least_{row}", "事故类型和题数要一起填。")
        return clean

    def facts(self) -> dict[str, Any]:
        """As the service takes them, of a valid form."""
        clean = self.cleaned_data
        shares = {str(level.value): clean.get(f"share_{level.value}") or 0 for level in Difficulty}
        return {
            **{name: clean[name] for name in ("title", "industry", "role", "valid_from")},
            **{name: clean[name] for name in ("minutes", "pass_mark")},
            "counts": {kind.value: clean[f"count_{kind}"] for kind in ItemKind},
            "weights": {kind.value: float(clean[f"weight_{kind}"]) for kind in ItemKind},
            "difficulty": shares if any(shares.values()) else {},
            "risks": [
                {
                    "risk": clean[f"risk_{row}"],
                    "kind": clean[f"risk_kind_{row}"],
                    "least": clean[f"risk_least_{row}"],
                }
                for row in range(RISK_ROWS)
                if clean.get(f"risk_{row}")
            ],
        }


def _initial(rule: PaperRule) -> dict[str, Any]:
    told: dict[str, Any] = {
        name: getattr(rule, name)
        for name in ("title", "industry", "role", "valid_from", "minutes", "pass_mark")
    }
    for kind in ItemKind:
        told[f"count_{kind}"] = rule.counts.get(kind, 0)
        told[f"weight_{kind}"] = rule.weights.get(kind, 1)
    for level, share in rule.difficulty.items():
        told[f"share_{level}"] = share
    for row, asked in enumerate(rule.risks[:RISK_ROWS]):
        told[f"risk_{row}"] = asked["risk"]
        told[f"risk_kind_{row}"] = asked.get("kind", "")
        told[f"risk_least_{row}"] = asked["least"]
    return told
