"""Text in, clean values out: requests, appointments, reports, filters."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms

from anlan.foundation.accounts.models import User
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.hazards.forms import CAMERA, PhotosField, PhotosInput, PlainForm
from anlan.lib.dates import at_shanghai
from anlan.visits.models import Slot, Status
from anlan.visits.queries.visits import MINE, OPEN_ONES, OVERDUE, Candidate, Filters
from anlan.visits.services.visiting import TEXT_MAX

ALL = ("", "全部")
STATES = [(MINE, "待我办理"), (OPEN_ONES, "未办结"), (OVERDUE, "已超期"), *Status.choices]
DAY_INPUT = {"type": "date"}


def _words(label: str, *, help_text: str = "", required: bool = True, rows: int = 3) -> Any:
    return forms.CharField(
        label=label,
        max_length=500,
        required=required,
        widget=forms.Textarea({"rows": rows}),
        help_text=help_text,
    )


class RequestForm(PlainForm):
    wish = _words("想请专家看什么", help_text="例如：罐区检修多，想看动火管理和报警器。")


class OrderForm(PlainForm):
    """An official has an enterprise looked at."""

    employer = forms.CharField(
        label="单位", max_length=100, help_text="单位全称，或 18 位统一社会信用代码。"
    )
    reason = _words("理由", help_text="企业会看到。")


class ReasonForm(PlainForm):
    words = _words("原因", required=False)


class AssignForm(PlainForm):
    """An expert of the fitting industry; those with a conflict can't be chosen."""

    expert = forms.ModelChoiceField(label="专家", queryset=User.objects.none())
    words = _words("说明", required=False, rows=2)

    def __init__(self, *args: Any, candidates: Sequence[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fitting = [one for one in candidates if not one.against]
        field = self.fields["expert"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(pk__in=[one.user.pk for one in fitting])
        field.choices = [
            ("", "请选择"),
            *((one.user.pk, f"{one.user.name}（在办 {one.open_visits} 次）") for one in fitting),
        ]


class TimesForm(PlainForm):
    """Three moments; the seconds don't matter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in (1, 2, 3):
            self.fields[f"day{n}"] = forms.DateField(
                label=f"第 {n} 个日期", widget=forms.DateInput(DAY_INPUT, format="%Y-%m-%d")
            )
            self.fields[f"clock{n}"] = forms.TimeField(
                label="几点", widget=forms.TimeInput({"type": "time"}, format="%H:%M")
            )

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        return [(self[f"day{n}"], self[f"clock{n}"]) for n in (1, 2, 3)]

    def times(self) -> list[datetime]:
        read = self.require()
        return [at_shanghai(read[f"day{n}"], read[f"clock{n}"]) for n in (1, 2, 3)]

    @staticmethod
    def suggested(today: date) -> dict[str, Any]:
        """Three working mornings and afternoons from tomorrow on, to be changed."""
        days: list[date] = []
        day = today
        while len(days) < 3:
            day += timedelta(days=1)
            if day.weekday() < 5:
                days.append(day)
        clocks = (time(9, 0), time(14, 0), time(9, 0))
        found: dict[str, Any] = {}
        for n, (one, clock) in enumerate(zip(days, clocks, strict=True), start=1):
            found |= {f"day{n}": one, f"clock{n}": clock}
        return found


class ChooseForm(PlainForm):
    slot = forms.ModelChoiceField(label="时间", queryset=Slot.objects.none())

    def __init__(self, *args: Any, slots: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["slot"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = slots


class ArriveForm(PlainForm):
    photos = PhotosField(label="企业门口的照片", widget=PhotosInput(CAMERA))


class ReportForm(PlainForm):
    summary = forms.CharField(
        label="总的情况",
        max_length=TEXT_MAX,
        widget=forms.Textarea({"rows": 4}),
        help_text="用企业听得懂的话：好在哪里，最要紧的是什么。",
    )
    advice = forms.CharField(
        label="建议",
        max_length=TEXT_MAX,
        widget=forms.Textarea({"rows": 4}),
        help_text="先做什么，后做什么。",
    )


class LedgerFilters(forms.Form):
    """The ledger's filters; what can't be read narrows nothing."""

    q = forms.CharField(
        label="单位",
        required=False,
        widget=forms.TextInput({"type": "search", "placeholder": "至少两个字"}),
    )
    state = forms.ChoiceField(label="状态", required=False, choices=[ALL, *STATES])
    industry = forms.ChoiceField(label="行业", required=False)
    district = forms.ChoiceField(label="区县", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "industry": codes.choices(System.KEY_INDUSTRY),
            "district": [(c.code, c.name) for c in codes.districts()],
        }
        for name, found in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [ALL, *found]

    def wanted(self) -> Filters:
        self.is_valid()
        clean = self.cleaned_data
        names = ("state", "industry", "district")
        return Filters(text=clean.get("q", ""), **{n: clean.get(n, "") for n in names})
