"""Text in, clean values out: a new venue, the reason of its end, the ledger's filters."""

from typing import Any

from django import forms

from anlan.foundation.codes import queries as codes
from anlan.organizations.models import Organization
from anlan.resources.models import VenueKind

ANY = ("", "全部")
MOST_EQUIPMENT = 40


def _districts() -> list[tuple[str, str]]:
    return [(code.code, code.name) for code in codes.districts()]


class VenueForm(forms.Form):
    """A venue of one of the user's own providers; with only one there is nothing to choose."""

    owner = forms.ChoiceField(label="所属机构")
    name = forms.CharField(label="名称", max_length=100, help_text="例如：二楼大教室。")
    kind = forms.ChoiceField(label="类型", choices=VenueKind.choices)
    area_m2 = forms.DecimalField(
        label="面积（㎡）",
        min_value=1,
        max_value=99999,
        max_digits=7,
        decimal_places=1,
        error_messages={
            "invalid": "面积请填数字，例如 120.5。",
            "min_value": "面积至少 1 ㎡，请按平面图填写。",
            "max_value": "面积超过 99,999 ㎡，请核对单位是否为平方米。",
            "max_decimal_places": "面积最多一位小数。",
        },
    )
    district = forms.ChoiceField(label="区县或功能区", choices=_districts)
    address = forms.CharField(
        label="地址", max_length=200, help_text="写到楼层和门牌，学员按此前往。"
    )
    equipment = forms.CharField(
        label="设备",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="一行一种，例如：心肺复苏模拟人 2 台。",
    )

    def __init__(self, *args: Any, owners: list[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = self.fields["owner"]
        assert isinstance(own, forms.ChoiceField)
        own.choices = [(str(one.uid), one.name) for one in owners]
        if len(owners) == 1:
            own.initial = str(owners[0].uid)
            own.widget = forms.HiddenInput()
            self.fields["district"].initial = owners[0].district

    def clean_equipment(self) -> list[str]:
        lines = [line.strip() for line in str(self.cleaned_data["equipment"]).splitlines()]
        named = list(dict.fromkeys(line for line in lines if line))
        if len(named) > MOST_EQUIPMENT:
            raise forms.ValidationError(f"最多写 {MOST_EQUIPMENT} 种设备，请合并同类。")
        return named


class RetireForm(forms.Form):
    """Why a place takes no more classes."""

    reason = forms.CharField(
        label="停用原因", max_length=200, help_text="例如：租约到期、改作他用。"
    )


class FilterForm(forms.Form):
    """The ledger's filters; nonsense in the address filters nothing."""

    text = forms.CharField(label="名称、地址或机构", required=False, max_length=40)
    kind = forms.ChoiceField(label="类型", required=False, choices=[ANY, *VenueKind.choices])
    district = forms.ChoiceField(label="区县", required=False, choices=lambda: [ANY, *_districts()])
    status = forms.ChoiceField(
        label="状态", required=False, choices=[ANY, ("active", "在用"), ("retired", "已停用")]
    )

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}
