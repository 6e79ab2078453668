"""Text in, clean values out: which class, how many seats, whom."""

import calendar
import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from anlan.bookings.queries import Wanted
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.lib.dates import month_bounds

ALL = ("", "全部")
MONTHS_AHEAD = 6
_UID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class BrowseFilters(forms.Form):
    """Classes to book, by place, trade, month and whom they are for."""

    district = forms.ChoiceField(label="区县", required=False)
    industry = forms.ChoiceField(label="重点行业", required=False)
    month = forms.ChoiceField(label="开课月份", required=False)
    role = forms.ChoiceField(label="培训对象", required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices("district", [(code.code, code.name) for code in codes.districts()])
        self._choices("industry", codes.choices(System.KEY_INDUSTRY))
        self._choices("role", codes.choices(System.OCCUPATION_ROLE))
        self._choices("month", _months(today))
        self.is_valid()

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [ALL, *choices]

    def wanted(self) -> Wanted:
        """What could be read; the rest narrows nothing."""
        district, industry, role, month = (
            str(self.cleaned_data.get(name) or "")
            for name in ("district", "industry", "role", "month")
        )
        if not month:
            return Wanted(district, industry, role)
        year, number = (int(part) for part in month.split("-"))
        last = calendar.monthrange(year, number)[1]
        return Wanted(
            district, industry, role, since=date(year, number, 1), until=date(year, number, last)
        )


class SeatsForm(forms.Form):
    """How many seats; whether they are to be had is the service's word."""

    seats = forms.IntegerField(
        label="座位数",
        min_value=1,
        error_messages={
            "required": "请填写要预约的人数。",
            "invalid": "座位数要填整数，例如 8。",
            "min_value": "座位数至少为 1。",
        },
    )

    def __init__(self, *args: Any, quota: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.quota = quota
        self.fields["seats"].widget.attrs |= {"max": quota, "inputmode": "numeric"}

    def clean_seats(self) -> int:
        seats = int(self.cleaned_data["seats"])
        if seats > self.quota:
            raise forms.ValidationError(
                f"本班一共 {self.quota} 个名额。请减少座位数，或分几个班预约。"
            )
        return seats


class PeopleFilters(forms.Form):
    """Finding people on the own roster."""

    text = forms.CharField(
        label="查找",
        required=False,
        widget=forms.TextInput(
            {"type": "search", "placeholder": "姓名两个字，或完整身份证号、手机号"}
        ),
    )
    role = forms.ChoiceField(label="岗位类别", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [ALL, *codes.choices(System.OCCUPATION_ROLE)]
        self.is_valid()

    def chosen(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "")


class ReasonForm(forms.Form):
    """Why somebody is taken off the list."""

    reason = forms.CharField(
        label="理由",
        max_length=200,
        error_messages={"required": "请写明移出的理由，例如：当天倒班。"},
    )


def _months(today: date) -> list[tuple[str, str]]:
    """This month and the next ones, as (2026-11, 2026年11月)."""
    found, first = [], month_bounds(today)[0]
    for _ in range(MONTHS_AHEAD):
        found.append((f"{first:%Y-%m}", f"{first.year}年{first.month}月"))
        first = month_bounds(first)[1]
    return found


def readable_uids(values: Iterable[str]) -> list[str]:
    """Those of the values that are written as a uid is."""
    return [value for value in values if _UID.fullmatch(value)]
