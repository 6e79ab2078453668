"""Text in, clean values out: verdicts, answers to appeals, tablets, answer sheets."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms

from anlan.assessments.models import IdentityProof, Item
from anlan.assessments.queries.assisted import Box, Difference
from anlan.assessments.queries.reviews import LETTERS
from anlan.assessments.services.papers_keyed import SCAN_ENDINGS
from anlan.classes.forms_live import PlainForm

LOCAL = {"type": "datetime-local"}
_GAPS = re.compile(r"[\s,，、;；.]+")


class OpenReviewForm(PlainForm):
    """Somebody saw something in the room."""

    reason = forms.CharField(label="看到的情况", max_length=200)


class QuestionForm(PlainForm):
    question = forms.CharField(
        label="请学员说明", max_length=300, widget=forms.Textarea({"rows": 3})
    )


class VerdictForm(PlainForm):
    verdict = forms.ChoiceField(
        label="决定",
        choices=[("normal", "正常，成绩有效"), ("retake", "建议重考，成绩作废")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择正常或建议重考。"},
    )
    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea({"rows": 3}))


class AnswerForm(PlainForm):
    """The answer to an appeal; for a question also the right key."""

    outcome = forms.ChoiceField(
        label="结果",
        widget=forms.RadioSelect,
        choices=[],
        error_messages={"required": "请选择维持或更正。"},
    )
    key = forms.MultipleChoiceField(
        label="正确答案（更正时选择）",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    answer = forms.CharField(
        label="答复", max_length=300, help_text="学员会看到。", widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, *args: Any, item: Item | None, voided: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        corrected = "恢复成绩" if voided else "成绩作废，可以重考"
        choices = [
            ("uphold", "维持"),
            ("correct", "答案有误，更正并重新评分" if item else corrected),
        ]
        _choices(self, "outcome", choices)
        if item is None:
            del self.fields["key"]
            return
        options = [(str(at), f"{LETTERS[at]}. {text}") for at, text in enumerate(item.options)]
        _choices(self, "key", options)

    @property
    def key_positions(self) -> list[int]:
        return [int(at) for at in self.cleaned_data.get("key", [])]


class SettleForm(PlainForm):
    act = forms.ChoiceField(
        label="决定",
        choices=[("keep", "保留原成绩"), ("apply", "按新答案改")],
        error_messages={"required": "请选择保留或更改。"},
    )
    reason = forms.CharField(label="理由", max_length=300)


class TabletForm(PlainForm):
    """How the learner's identity was checked in person, and whether the tablet reads by itself."""

    checked = forms.ChoiceField(
        label="当面核对的证件",
        choices=IdentityProof.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择核对了什么证件。"},
    )
    remark = forms.CharField(
        label="说明", required=False, max_length=200, help_text="没有带证件的，写明怎样辨认。"
    )
    read_aloud = forms.BooleanField(
        label="每道题自动朗读（学员在平板上也可以随时打开、关闭）", required=False
    )


class ScanForm(PlainForm):
    """The scan of an answer sheet, and the two times written on it."""

    file = forms.FileField(
        label="答题卡扫描件",
        help_text="pdf 或照片，不超过 20 MB。要看得清每个方框和两处签字。",
        widget=forms.FileInput(attrs={"accept": ",".join(SCAN_ENDINGS)}),
    )
    began_at = forms.DateTimeField(label="开始时间", widget=forms.DateTimeInput(attrs=LOCAL))
    handed_at = forms.DateTimeField(label="交卷时间", widget=forms.DateTimeInput(attrs=LOCAL))


class ReadLetters(forms.CharField):
    """What is ticked on a line of the answer sheet, typed as letters: A, BD, or nothing."""

    def __init__(self, box: Box) -> None:
        attrs = {"autocomplete": "off", "autocapitalize": "characters", "class": "letters"}
        super().__init__(
            label=f"第 {box.no} 题",
            required=False,
            max_length=20,
            widget=forms.TextInput(attrs=attrs),
        )
        self.box = box

    def clean(self, value: Any) -> list[int]:
        letters = sorted(set(_GAPS.sub("", str(super().clean(value) or "")).upper()))
        strange = [one for one in letters if one not in self.box.letters]
        if strange:
            raise forms.ValidationError(
                f"第 {self.box.no} 题没有 {'、'.join(strange)}，只有 {self.box.letters}。"
            )
        if len(letters) > 1 and not self.box.many:
            raise forms.ValidationError(
                f"第 {self.box.no} 题只能选一项；答题卡上选了两项的，留空。"
            )
        return [LETTERS.index(one) for one in letters]


class KeyingForm(forms.Form):
    """The whole answer sheet; a mistake keeps what was typed."""

    def __init__(self, boxes: Sequence[Box], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.boxes = boxes
        for box in boxes:
            self.fields[f"k-{box.no}"] = ReadLetters(box)

    def lines(self) -> list[tuple[Box, forms.BoundField]]:
        return [(box, self[f"k-{box.no}"]) for box in self.boxes]

    def answers(self) -> dict[str, list[int]]:
        return {str(box.no): self.cleaned_data[f"k-{box.no}"] for box in self.boxes}


class DifferenceForm(forms.Form):
    """Each question that two people read differently: what does the scan show?"""

    def __init__(
        self, found: Sequence[Difference], boxes: Sequence[Box], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.found = found
        by_no = {box.no: box for box in boxes}
        for one in found:
            self.fields[f"d-{one.no}"] = forms.ChoiceField(
                label=f"第 {one.no} 题",
                widget=forms.RadioSelect,
                choices=[
                    ("first", one.first or "空白"),
                    ("second", one.second or "空白"),
                    ("other", "都不对"),
                ],
                error_messages={"required": f"第 {one.no} 题还没有裁定。"},
            )
            self.fields[f"o-{one.no}"] = ReadLetters(by_no[one.no])

    def lines(self) -> list[tuple[Difference, forms.BoundField, forms.BoundField]]:
        return [(one, self[f"d-{one.no}"], self[f"o-{one.no}"]) for one in self.found]

    def chosen(self) -> dict[str, list[int]]:
        """Question number → shown positions, of a valid form."""
        return {str(one.no): self._chosen(one) for one in self.found}

    def _chosen(self, one: Difference) -> list[int]:
        which = self.cleaned_data[f"d-{one.no}"]
        if which == "other":
            typed: list[int] = self.cleaned_data[f"o-{one.no}"]
            return typed
        return [LETTERS.index(letter) for letter in (one.first if which == "first" else one.second)]


class WithdrawForm(PlainForm):
    reason = forms.CharField(label="收回的原因", max_length=200)


def _choices(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)
