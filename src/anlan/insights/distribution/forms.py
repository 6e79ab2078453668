"""The filters as a form: it shows a question and sends another; the address is what is read."""

from typing import Any

from django import forms

from anlan.insights.distribution.counting import Counter
from anlan.insights.distribution.dimensions import DIMENSIONS
from anlan.insights.distribution.questions import Base, Question

ALL = ("", "全部")
MAIN = ("district", "key_industry", "circumstance")
MORE = (
    "severity",
    "type",
    "source",
    "part",
    "occupation",
    "age",
    "tenure",
    "hour",
    "weekday",
    "month",
    "year",
)


class QuestionForm(forms.Form):
    """Bound to nothing: its initial values are the question that the page answers."""

    since = forms.DateField(label="受伤日期起", required=False)
    until = forms.DateField(label="受伤日期止", required=False)
    base = forms.ChoiceField(
        label="数什么", required=False, choices=[(one.value, one.label) for one in Base]
    )
    known = forms.DateField(label="按哪天所知", required=False)
    types = forms.ChoiceField(
        label="事故类别口径",
        required=False,
        choices=[("", "按受伤当天的标准"), ("2025", "都按 2025 标准看")],
    )

    def __init__(self, counter: Counter, kept: dict[str, str]) -> None:
        question = counter.question
        super().__init__(initial=_initial(question) | kept, auto_id="q_%s")
        for name in ("since", "until", "known"):
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        for name in (*MAIN, *MORE):
            groups = counter.grouping(name).groups
            choices = [ALL, *((group.key, group.label) for group in groups)]
            self.fields[name] = forms.ChoiceField(
                label=DIMENSIONS[name].label, required=False, choices=choices
            )
        for name in (*kept, *[n for n in ("industry", "year_month") if n in question.picks]):
            self.fields[name] = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def main(self) -> list[Any]:
        return [self[name] for name in ("since", "until", *MAIN, "base")]

    @property
    def more(self) -> list[Any]:
        return [self[name] for name in (*MORE, "types", "known")]

    @property
    def more_is_used(self) -> bool:
        return any(self.initial.get(name) for name in (*MORE, "types", "known"))

    @property
    def hidden(self) -> list[Any]:
        return list(self.hidden_fields())


def _initial(question: Question) -> dict[str, Any]:
    return {
        "since": question.since,
        "until": question.until,
        "base": question.base,
        "known": question.known,
        "types": "2025" if question.new_types else "",
        **question.picks,
    }
