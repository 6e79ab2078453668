"""Text in, clean values out: insured lists, files to compare, what became of a disagreement."""

from datetime import date
from typing import Any

from django import forms

from anlan.identity.forms import ColumnsForm
from anlan.identity.insured import CHECK_FIELDS, LIST_FIELDS

_FILE = {"required": "请先选择文件。", "empty": "这个文件是空的，请重新选择。"}
_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _file(help_text: str) -> forms.FileField:
    return forms.FileField(
        label="文件",
        help_text=help_text,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        error_messages=_FILE,
    )


class InsuredListForm(forms.Form):
    """An insured list, and of which day it is."""

    file = _file("xlsx、xls 或 csv，不超过 50 MB、20 万行；更大的名单请分成几份，后几份选“追加”。")
    as_of = forms.DateField(
        label="名单截至", widget=_DATE, help_text="社保机构导出这份名单的那一天。"
    )
    whole = forms.ChoiceField(
        label="这份名单是",
        choices=[("yes", "整份名单，替换现在使用的"), ("", "追加到现在使用的名单")],
        required=False,
        initial="yes",
    )

    def words(self) -> dict[str, Any]:
        clean = self.cleaned_data
        as_of: date = clean["as_of"]
        return {"as_of": as_of, "whole": clean["whole"] == "yes"}


class InsuredCheckForm(forms.Form):
    """A file to compare."""

    file = _file("有姓名和身份证号两列即可，xlsx、xls 或 csv，不超过 20 MB、5 万行。")


class ListColumnsForm(ColumnsForm):
    wanted, masked = LIST_FIELDS, True


class CheckColumnsForm(ColumnsForm):
    wanted, masked = CHECK_FIELDS, True


class EmployerForm(forms.Form):
    """For which employer a file is compared."""

    employer = forms.CharField(
        label="单位名称或统一社会信用代码", max_length=100, help_text="名称可以只写其中两个字。"
    )


class NetworkForm(forms.Form):
    """What somebody found out about a disagreement."""

    reason = forms.CharField(
        label="核对的结果",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="例如：已当面核对身份证，姓名用字与户籍一致，花名册无误。",
    )


class StopForm(forms.Form):
    reason = forms.CharField(label="停用理由", max_length=200)
