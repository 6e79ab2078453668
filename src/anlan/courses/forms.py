"""Text in, clean values out: filters, lessons, pages, questions, answers to review cards."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms

from anlan.courses.models import Audience, Lesson, LessonKind, Style
from anlan.courses.paging import laid_out, pages_of
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.lib.refusals import BadInput
from anlan.organizations.models import Organization

ANY = ("", "全部")
MARKUP = "空一行分段；行首 # 是小标题，- 是列表，1. 是编号，> 是重点提醒；**两边加星号**加粗。"
_CLOCK = re.compile(r"^(?:(\d{1,3})\s*[:：分]\s*)?(\d{1,4})\s*秒?$")


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


class LessonForm(forms.Form):
    """What a lesson is called and for whom."""

    title = forms.CharField(label="课名", max_length=100, help_text="学员在手机上看到的名字。")
    summary = forms.CharField(
        label="一句话介绍", max_length=200, required=False, help_text="学完能做到什么。"
    )
    audience = forms.ChoiceField(label="给谁学", choices=Audience.choices)
    style = forms.ChoiceField(
        label="形式", choices=Style.choices, help_text="微课和动画另列在学员的「微课」里。"
    )


class NewLessonForm(LessonForm):
    """The same with its kind, and whose it is where that is not plain."""

    kind = forms.ChoiceField(
        label="类型",
        choices=[
            (LessonKind.VIDEO, "视频：上传后自动做成几种清晰度"),
            (LessonKind.SLIDES, "课件：上传 PDF 或图片，逐页看"),
            (LessonKind.TEXT, "图文：在这里写，逐页读"),
        ],
        widget=forms.RadioSelect,
    )
    owner = forms.ModelChoiceField(
        label="归属单位", queryset=Organization.objects.none(), empty_label=None
    )
    field_order = ["kind", "title", "summary", "audience", "style", "owner"]

    def __init__(self, *args: Any, owners: list[Organization], city: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if city:
            del self.fields["owner"]
            return
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Organization.objects.filter(pk__in=[one.pk for one in owners])
        if len(owners) == 1:
            field.initial, field.widget = owners[0].pk, forms.HiddenInput()


class PageForm(forms.Form):
    """One page: words, a picture, or both."""

    title = forms.CharField(label="本页标题", max_length=100, required=False)
    text = forms.CharField(
        label="正文",
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=MARKUP,
    )
    picture = forms.FileField(
        label="图片",
        required=False,
        help_text="jpg、png 或 webp，显示在正文上方。",
        widget=forms.FileInput(attrs={"accept": ".jpg,.jpeg,.png,.webp"}),
    )
    without_picture = forms.BooleanField(label="去掉现有的图片", required=False)

    def clean(self) -> dict[str, Any]:
        read: dict[str, Any] = super().clean() or {}
        kept = self.initial.get("image") and not read.get("without_picture")
        if not (read.get("text", "").strip() or read.get("picture") or kept):
            raise forms.ValidationError("这一页还是空的：请写上正文，或放一张图。")
        return read


class ReasonForm(forms.Form):
    reason = forms.CharField(label="停用原因", max_length=200)


class PointForm(forms.Form):
    """Where to stop and what to ask: a time in a film, or the page after which."""

    item = forms.IntegerField(min_value=1)
    where = forms.CharField(max_length=12)

    def __init__(self, lesson: Lesson, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lesson = lesson

    def clean_where(self) -> int:
        """Seconds: of `1:30`, `90`, or of the end of the page that is named."""
        found = _CLOCK.match(self.cleaned_data["where"].strip())
        if found is None:
            raise forms.ValidationError("请填时间，例如 1:30 表示 1 分 30 秒。")
        if self.lesson.kind == LessonKind.VIDEO:
            return int(found[1] or 0) * 60 + int(found[2])
        ends = {one.no: one.end for one in laid_out(pages_of(self.lesson))}
        if int(found[2]) not in ends:
            raise forms.ValidationError("没有这一页，请重新选择。")
        return ends[int(found[2])]


def page_initial(page: Any) -> dict[str, Any]:
    return {"title": page.title, "text": page.text, "image": page.image}


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
