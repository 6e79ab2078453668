"""What a page or a tablet sends, read into clean values."""

from typing import Annotated, TypeVar
from uuid import UUID

import msgspec
from django import forms
from msgspec import Meta, Struct

from anlan.kits.models import Choice
from anlan.lib.refusals import BadInput

Shape = TypeVar("Shape", bound=Struct)
Text = Annotated[str, Meta(max_length=200)]


class PackAsked(Struct):
    """A tablet's wish for a kit, with the key that it made and the proof that it has it."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    key: Text
    proof: Text
    days: int
    sessions: list[Text] = []
    sittings: list[Text] = []
    practicals: list[Text] = []


class KeptSaid(Struct):
    sha256: Text
    signature: Text


class Delivered(Struct):
    """A delivery as one signed text."""

    batch: str
    signature: Text


def pack_asked(body: bytes) -> PackAsked:
    return _read(body, PackAsked)


def kept_said(body: bytes) -> KeptSaid:
    return _read(body, KeptSaid)


def delivered(body: bytes) -> Delivered:
    return _read(body, Delivered)


def tablet_uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadInput("没有说明是哪台平板。", "请刷新平板上的页面。") from None


def _read(body: bytes, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise BadInput("提交的内容格式不对，没有保存。", f"请刷新页面后重试（{wrong}）。") from None


class DecideForm(forms.Form):
    choice = forms.ChoiceField(choices=Choice.choices, label="处理")
    reason = forms.CharField(max_length=200, label="理由")
    alike = forms.BooleanField(required=False)

    def cleaned(self) -> tuple[Choice, str, bool]:
        """The decision; `BadInput` with what is missing."""
        if not self.is_valid():
            raise BadInput("请选一种处理，并写明理由。", "返回上一页补全后再提交。")
        data = self.cleaned_data
        return Choice(data["choice"]), data["reason"], data["alike"]
