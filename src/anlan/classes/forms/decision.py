"""Reasons: of a decision, of a cancellation."""

from django import forms

AGREED = "申请材料齐全，符合规定，同意。"


class ReasonForm(forms.Form):
    """A reason that must be given."""

    reason = forms.CharField(
        label="理由", max_length=300, widget=forms.Textarea({"rows": 3}), strip=True
    )


class DecisionForm(ReasonForm):
    """What an official decided, and why."""

    decision = forms.ChoiceField(
        choices=[("agree", "同意"), ("return", "退回修改")],
        error_messages={"invalid_choice": "请选择同意或退回修改。"},
    )


class ChangeDecisionForm(ReasonForm):
    decision = forms.ChoiceField(
        choices=[("grant", "同意"), ("refuse", "不同意")],
        error_messages={"invalid_choice": "请选择同意或不同意。"},
    )
