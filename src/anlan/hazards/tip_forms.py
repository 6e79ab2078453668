"""Text in, clean values out: the public tip form, and the officials' acts on a tip."""

from typing import Any

from django import forms

from anlan.foundation.codes import queries as codes
from anlan.hazards.forms import CAMERA, HazardForm, PhotosField, PhotosInput, PlainForm
from anlan.hazards.models import TipKind, TipMode, TipStatus
from anlan.hazards.services.tips import TOLD_MAX


class TipForm(PlainForm):
    """What somebody tells without a name; `ticket` carries the receipt code that is theirs."""

    kind = forms.ChoiceField(
        label="举报什么",
        choices=TipKind.choices,
        widget=forms.RadioSelect,
        initial=TipKind.VIOLATION,
        help_text="三违：违章指挥、违规作业、违反劳动纪律。",
    )
    district = forms.ChoiceField(label="所在区县")
    named = forms.CharField(label="单位或工地名称", max_length=100)
    place = forms.CharField(label="具体位置", max_length=200, required=False)
    told = forms.CharField(
        label="情况",
        max_length=TOLD_MAX,
        widget=forms.Textarea({"rows": 5}),
        help_text="什么时间、看到什么、可能伤到谁。不要写能认出您自己的内容。",
    )
    photos = PhotosField(
        label="照片",
        required=False,
        widget=PhotosInput(CAMERA),
        help_text="照片里的拍摄地点、手机型号等信息会自动去掉。",
    )
    mode = forms.ChoiceField(
        label="是否留联系方式",
        choices=TipMode.choices,
        widget=forms.RadioSelect,
        initial=TipMode.ANONYMOUS,
    )
    contact = forms.CharField(
        label="联系方式",
        max_length=200,
        required=False,
        help_text="加密保存，只有办理人员说明理由后才能查看，每次查看都有记录。",
    )
    ticket = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["district"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *((c.code, c.name) for c in codes.districts())]

    def clean(self) -> dict[str, Any]:
        """An anonymous tip keeps no contact, whatever stands in the field."""
        clean = super().clean() or self.cleaned_data
        if clean.get("mode") == TipMode.ANONYMOUS:
            clean["contact"] = ""
        elif not clean.get("contact"):
            self.add_error("contact", "请填写联系方式，或改选匿名。")
        return clean


class ReceiptForm(PlainForm):
    code = forms.CharField(
        label="回执码",
        max_length=40,
        widget=forms.TextInput(
            {
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "placeholder": "XXXX-XXXX-XXXX-XXXX",
            }
        ),
    )


class TipFilters(forms.Form):
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), ("open", "未办结"), *TipStatus.choices],
    )

    def chosen(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("state") or "")


class WordsForm(PlainForm):
    """What an official asks, concludes, or gives as a reason."""

    words = forms.CharField(label="内容", max_length=TOLD_MAX, widget=forms.Textarea({"rows": 3}))


class FineForm(PlainForm):
    fine = forms.DecimalField(
        label="行政处罚金额（元）", min_value=0, max_digits=12, decimal_places=2, initial=0
    )


class DecisionForm(PlainForm):
    approve = forms.ChoiceField(choices=[("yes", "批准"), ("no", "不批准")])
    reason = forms.CharField(max_length=300, required=False)


class TurnForm(HazardForm):
    """The hazard that a tip becomes, in the official's own words and with an own photo."""

    employer = forms.CharField(
        label="单位", max_length=100, help_text="单位全称，或 18 位统一社会信用代码。"
    )
    nonce = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("employer", "photos", "place", "what", "risk", "grade")
