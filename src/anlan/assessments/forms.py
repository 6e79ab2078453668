"""Text in, clean values out: answers and checklists."""

import json
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from anlan.assessments.models import Checklist
from anlan.lib.refusals import BadInput

PHOTO_ENDINGS = (".jpg", ".jpeg", ".png", ".webp")
PHOTO_MB = 10
_PHOTO_HEADS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_MARKS = [("yes", "合格"), ("no", "不合格")]


def answer_in(body: bytes) -> tuple[str, list[int]]:
    """One answer as the exam page sends it: `{"question": "3", "answer": ["0"]}`."""
    try:
        sent = json.loads(body)
        return str(int(sent["question"])), [int(place) for place in sent["answer"]]
    except (ValueError, TypeError, KeyError) as wrong:
        raise BadInput("这次作答没有读懂，没有保存。", "请刷新页面后重新作答。") from wrong


def answers_in(sent: QueryDict) -> dict[str, list[int]]:
    """Every answer that the whole form carries: fields `q-1`, `q-2`, …"""
    fields = [name for name in sent if name.startswith("q-")]
    try:
        return {name[2:]: [int(place) for place in sent.getlist(name)] for name in fields}
    except ValueError as wrong:
        raise BadInput("答卷内容没有读懂，没有保存。", "请返回试卷重新作答。") from wrong


def question_no(text: str) -> int:
    """A question's number as an address or a button names it; 0 for none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


class WordsForm(forms.Form):
    """What a learner has to say, in own words."""

    words = forms.CharField(
        label="您的说明",
        max_length=500,
        widget=forms.Textarea({"rows": 5}),
        error_messages={
            "required": "请写一两句话。",
            "max_length": "最多 500 字，请写得短一些。",
        },
    )


class ChecklistForm(forms.Form):
    """A practical checklist to mark: `mark_<n>` for each item, a photo, a remark.

    The class's room shows it with `assessments/_checklist_form.html` and hands `marks()` to
    `mark_practical`.
    """

    photo = forms.FileField(
        label="现场照片",
        help_text="拍下学员操作的样子，jpg 或 png，不超过 10 MB。",
        error_messages={"required": "缺少现场照片：请拍一张学员操作的照片。"},
        widget=forms.FileInput(
            attrs={"accept": "image/jpeg,image/png,image/webp", "capture": "environment"}
        ),
    )
    remark = forms.CharField(label="备注", required=False, max_length=200)

    def __init__(self, checklist: Checklist, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.checklist = checklist
        for no, item in enumerate(checklist.items, start=1):
            self.fields[f"mark_{no}"] = forms.ChoiceField(
                label=item["text"],
                choices=_MARKS,
                widget=forms.RadioSelect,
                error_messages={"required": f"第 {no} 项还没有判定：请选择合格或不合格。"},
            )

    def lines(self) -> list[tuple[int, dict[str, Any], forms.BoundField]]:
        """(number, checklist item, field) for the template."""
        return [
            (no, item, self[f"mark_{no}"]) for no, item in enumerate(self.checklist.items, start=1)
        ]

    def gaps(self) -> str:
        """What a refused form still lacks, in one line: 第 2、3 项，现场照片."""
        if not self.is_bound:
            return ""
        open_ones = [str(no) for no, _item, field in self.lines() if field.errors]
        named = [f"第 {'、'.join(open_ones)} 项"] if open_ones else []
        return "，".join([*named, *(["现场照片"] if self["photo"].errors else [])])

    def marks(self) -> dict[str, bool]:
        """Item key → met, of a valid form."""
        return {
            item["key"]: self.cleaned_data[f"mark_{no}"] == "yes"
            for no, item in enumerate(self.checklist.items, start=1)
        }

    def clean_photo(self) -> "UploadedFile[bytes]":
        photo: UploadedFile[bytes] = self.cleaned_data["photo"]
        head = photo.read(16)
        photo.seek(0)
        if not head.startswith(_PHOTO_HEADS):
            raise forms.ValidationError(f"“{photo.name}”不是照片，请重新拍照或选择 jpg、png 图片。")
        return photo


class TimeForm(forms.Form):
    """More time for one sitting, and why."""

    minutes = forms.IntegerField(
        label="补时分钟数",
        min_value=1,
        error_messages={"required": "请填写补时多少分钟。", "invalid": "请填写整数分钟。"},
    )
    reason = forms.CharField(
        label="补时原因",
        max_length=200,
        help_text="写明发生了什么、谁在场，例如：考场停电 10 分钟，监考人员在场。",
        error_messages={"required": "请写明补时原因。"},
    )
