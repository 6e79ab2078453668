"""Text and pictures in, clean values out, for wishes at a desk and corrections on the phone."""

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from anlan.identity.models import CORRECTIONS, Seen, WishKind, WishWay
from anlan.identity.services.rights import Asked
from anlan.lib.refusals import BadInput
from anlan.vision.pictures import open_picture

MOST_BYTES = 15_000_000
SCAN_SIDE = 2400
_PHOTO = {"accept": "image/jpeg,image/png,image/webp"}
_DESK_WAYS = [choice for choice in WishWay.choices if choice[0] != WishWay.PHONE]
_CORRECTIONS = [choice for choice in WishKind.choices if choice[0] in CORRECTIONS]


def picture_in(upload: "UploadedFile[bytes] | None") -> bytes:
    """The picture made anew, with nothing of the upload but what one sees; none is empty."""
    if upload is None:
        return b""
    if (upload.size or 0) > MOST_BYTES:
        raise BadInput("图片文件太大。", "请用普通清晰度重拍，或压缩到 15 MB 以内。")
    return open_picture(upload.read(), longest=SCAN_SIDE).as_jpeg()


class _ValueForm(forms.Form):
    """What a correction needs: the new words and their proof."""

    value = forms.CharField(
        label="更正为",
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    picture = forms.FileField(
        label="申请或证明材料的照片",
        required=False,
        widget=forms.ClearableFileInput(attrs=_PHOTO),
    )

    photo = b""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if clean.get("kind") in CORRECTIONS:
            if not clean.get("value") and not self.has_error("value"):
                self.add_error("value", "请填更正后的内容。")
            if not clean.get("picture") and not self.has_error("picture"):
                self.add_error("picture", "更正要附证明材料的照片。")
        try:
            self.photo = picture_in(clean.get("picture"))
        except BadInput as wrong:
            self.add_error("picture", f"{wrong.message}{wrong.next_step}")
        return clean


class WishForm(_ValueForm):
    """A wish as a desk takes it down, with the card on the table."""

    id_number = forms.CharField(
        label="登记的身份证号",
        max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(
        label="登记的姓名", max_length=64, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    kind = forms.ChoiceField(label="申请事项", choices=WishKind.choices)
    way = forms.ChoiceField(label="提出方式", choices=_DESK_WAYS)
    received_on = forms.DateField(
        label="收到日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    seen = forms.ChoiceField(label="看过的证件", choices=[("", "请选择"), *Seen.choices])
    paper = forms.CharField(label="书面申请编号", required=False, max_length=40)

    def clean(self) -> dict[str, Any]:
        clean = super().clean()
        if clean.get("received_on") and clean["received_on"] > self.today:
            self.add_error("received_on", "收到日期在今天之后，请核对。")
        on_paper = clean.get("way") == WishWay.PAPER
        if on_paper and not clean.get("paper") and not clean.get("picture"):
            self.add_error("paper", "请填书面申请的编号，或在下面附照片。")
        return clean

    def asked(self) -> Asked:
        clean = self.cleaned_data
        return Asked(
            clean["kind"],
            clean["way"],
            clean["received_on"],
            value=clean["value"].strip(),
            seen=clean["seen"],
            paper=clean["paper"].strip(),
            picture=self.photo,
        )


class CorrectForm(_ValueForm):
    """A correction as the person asks for it on the phone, with the code."""

    kind = forms.ChoiceField(label="要更正的内容", choices=_CORRECTIONS)
    code = forms.CharField(
        label="6 位验证码",
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "6"}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"].required = self.fields["picture"].required = True
        self.fields["picture"].error_messages["required"] = "请附证明材料的照片。"
        self.fields["picture"].label = "证明材料的照片"

    def asked(self) -> Asked:
        clean = self.cleaned_data
        return Asked(
            clean["kind"],
            WishWay.PHONE,
            self.today,
            value=clean["value"].strip(),
            picture=self.photo,
        )


class ConfirmForm(forms.Form):
    """The code that the person tells."""

    code = forms.CharField(
        label="本人手机上的 6 位确认码",
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class WishAnswerForm(forms.Form):
    """The answer, with what was looked at."""

    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明核对了什么材料，或不予更正的依据。"},
    )
    free = forms.BooleanField(
        label="原号码属于另一个人（重号），允许另一人用它登记", required=False
    )
