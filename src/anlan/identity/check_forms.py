"""Text and frames in, clean values out, for consent, enrolment and checks."""

import json
import math
from itertools import pairwise
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from anlan.foundation.sight import Timed
from anlan.lib.refusals import BadInput
from anlan.vision.advice import UnusablePicture

MOST_FRAMES, MOST_FRAME_BYTES, MOST_CARD_BYTES = 48, 400_000, 15_000_000
LONGEST = 20.0  # seconds
LIGHTS = {"dark", "normal", "bright"}
_AGAIN = "请再做一次，或改用人工核验。"


def frames_in(request: HttpRequest) -> list[Timed]:
    """Frames as a phone sends them: files `frame`, their seconds as a JSON list `times`."""
    files = request.FILES.getlist("frame")
    try:
        times = json.loads(request.POST.get("times", ""))
    except ValueError:
        times = None
    if not isinstance(times, list) or len(times) != len(files) or not files:
        raise BadInput("没有收到画面。", _AGAIN)
    if len(files) > MOST_FRAMES or any((one.size or 0) > MOST_FRAME_BYTES for one in files):
        raise BadInput("画面太多或太大。", _AGAIN)
    if not all(isinstance(when, int | float) and math.isfinite(when) for when in times):
        raise BadInput("画面的时间不对。", _AGAIN)
    if times[0] < 0 or times[-1] > LONGEST or any(a >= b for a, b in pairwise(times)):
        raise BadInput("画面的时间不对。", _AGAIN)
    return [(float(when), one.read()) for when, one in zip(times, files, strict=True)]


def card_in(request: HttpRequest) -> bytes:
    """The photographed card as it came; whether it is one is for the processes that look."""
    content = _photograph(request, "card")
    if not content:
        raise UnusablePicture("empty")
    return content


def back_in(request: HttpRequest) -> bytes:
    """The other side of it; empty where none was sent."""
    return _photograph(request, "back")


def _photograph(request: HttpRequest, name: str) -> bytes:
    card: UploadedFile[bytes] | None = request.FILES.get(name)
    if card is None or not card.size:
        return b""
    if card.size > MOST_CARD_BYTES:
        raise UnusablePicture("too_heavy")
    content: bytes = card.read()
    return content


def light_in(request: HttpRequest) -> str:
    """The phone's own measure; only for figures."""
    said = request.POST.get("light", "")
    return said if said in LIGHTS else ""


def device_of(request: HttpRequest) -> str:
    """A coarse band out of what the browser calls itself."""
    said = request.headers.get("User-Agent", "")
    for word, band in (
        ("MicroMessenger", "wechat"),
        ("Android", "android"),
        ("iPhone", "ios"),
        ("iPad", "ios"),
    ):
        if word in said:
            return band
    return "desktop"


class ConsentForm(forms.Form):
    """The name under the text that was shown."""

    signature = forms.CharField(
        label="输入您的姓名作为签名",
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请输入您的姓名；不同意就不用填。"},
    )
    text = forms.CharField(max_length=64, widget=forms.HiddenInput)


class DecisionForm(forms.Form):
    """What a person saw."""

    code = forms.CharField(
        label="学员报的 6 位验证码",
        required=False,
        max_length=6,
        help_text="验证码在学员自己的手机上。手机不在身边可以不填，在下面写明怎样确认的。",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    seen = forms.BooleanField(label="我已当面查看身份证原件，并与本人比对", required=False)
    reason = forms.CharField(
        label="说明", required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.confirmed = self.data.get("act") == "confirm"

    @property
    def words(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name].strip() for name in ("reason", "code")}

    def clean(self) -> dict[str, object]:
        clean = super().clean() or {}
        if self.confirmed and not clean.get("seen"):
            self.add_error("seen", "确认本人前，请先查看身份证原件。")
        if not self.confirmed and len(str(clean.get("reason", "")).strip()) < 2:
            self.add_error("reason", "不能确认时请写明原因，学员会看到并可以申诉。")
        return clean


class VideoDecisionForm(DecisionForm):
    """What a person saw by video."""

    seen = forms.BooleanField(label="我已在视频里查看身份证，并与本人比对", required=False)
    field_order = ("code", "seen", "reason")


class FaceDecisionForm(forms.Form):
    """Whether an enrolment is the person's."""

    reason = forms.CharField(
        label="理由",
        max_length=200,
        help_text="例如：已当面核对，证件与本人相符，登记的姓名是曾用名。",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AppealForm(forms.Form):
    """Why another person should look."""

    words = forms.CharField(
        label="申诉理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写几句为什么要复查。"},
    )
