"""Saying which enterprise a name means."""

from typing import Any

from django import forms

from anlan.injuries.models import Source
from anlan.organizations.models import Organization


class NamingForm(forms.Form):
    """The name as its source writes it, and the enterprise; none: it is none of ours."""

    source = forms.ModelChoiceField(queryset=Source.objects.all(), to_field_name="uid")
    name = forms.CharField(max_length=200)
    organization = forms.ModelChoiceField(
        queryset=Organization.objects.all(), to_field_name="uid", required=False
    )
    none = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if clean.get("organization") is None and not clean.get("none"):
            raise forms.ValidationError("还没有选是哪一家。请选一家，或选“都不是”。")
        return clean


class SearchForm(forms.Form):
    """Another enterprise than the ranked ones, by name or credit code."""

    q = forms.CharField(label="找别的单位", required=False, max_length=60)


class CopyForm(forms.Form):
    """Why somebody takes a copy of a file with people in it."""

    reason = forms.CharField(
        label="用途",
        max_length=200,
        help_text="文件里可能有身份证号；谁在什么时候为什么下载会记入台账。",
    )
