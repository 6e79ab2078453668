"""The filters of the syllabi, and the answer to a review card."""

from dataclasses import dataclass

from django import forms

from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.lib.refusals import BadInput

ANY = ("", "全部")


class FilterForm(forms.Form):
    """Industry and role; nonsense in the address filters nothing."""

    industry = forms.ChoiceField(
        label="重点行业",
        required=False,
        choices=lambda: [ANY, *codes.choices(System.KEY_INDUSTRY)],
    )
    role = forms.ChoiceField(
        label="岗位类别",
        required=False,
        choices=lambda: [ANY, *codes.choices(System.OCCUPATION_ROLE)],
    )

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}


@dataclass(frozen=True)
class Said:
    """An answer as it came: the card, the review it was shown for, shown positions chosen."""

    card: int
    turn: int
    chosen: tuple[int, ...]


class ReviewForm(forms.Form):
    """One answer to one review card."""

    card = forms.IntegerField(min_value=1, max_value=2**62)
    turn = forms.IntegerField(min_value=0, max_value=2**31)
    chosen = forms.TypedMultipleChoiceField(
        coerce=int, required=False, choices=[(str(at), str(at)) for at in range(20)]
    )

    def said(self) -> Said:
        """Raises `BadInput` for what no page of ours sends."""
        if not self.is_valid():
            raise BadInput("这道题没有提交上。", "请返回复习页，再答一次。")
        return Said(
            self.cleaned_data["card"],
            self.cleaned_data["turn"],
            tuple(self.cleaned_data["chosen"]),
        )
