"""Dresses Django's form controls: Tabler classes, and what a screen reader must be told."""

from django import forms
from django.forms import BoundField, widgets
from django.utils.safestring import SafeString

GROUPS = (widgets.RadioSelect, widgets.CheckboxSelectMultiple)
PLAIN = (widgets.CheckboxInput, *GROUPS)


def is_group(bound: BoundField) -> bool:
    """Several controls under one legend."""
    return isinstance(bound.field.widget, GROUPS)


def is_check(bound: BoundField) -> bool:
    """One tick box: its label stands behind it."""
    return isinstance(bound.field.widget, widgets.CheckboxInput)


def render(bound: BoundField, has_help: bool) -> SafeString:
    """The control with class, `aria-describedby` and `aria-invalid` set."""
    widget = bound.field.widget
    attrs: dict[str, str | bool] = {}
    if not isinstance(widget, PLAIN):
        select = isinstance(widget, widgets.Select)
        own = widget.attrs.get("class", "")
        wrong = "is-invalid" if bound.errors else ""
        attrs["class"] = " ".join(
            c for c in ("form-select" if select else "form-control", own, wrong) if c
        )
    told = [f"{bound.auto_id}_help"] if has_help else []
    if bound.errors:
        told.append(f"{bound.auto_id}_error")
        attrs["aria-invalid"] = "true"
    if told:
        attrs["aria-describedby"] = " ".join(told)
    if isinstance(bound.field, forms.IntegerField) and not select_like(bound):
        attrs.setdefault("inputmode", "numeric")
    return bound.as_widget(attrs=attrs)


def errors(bound: BoundField) -> list[str]:
    """What is wrong, said as what to do; a missing value names its field."""
    said = []
    for error in bound.errors.as_data():
        if error.code == "required":
            said.append(f"请{_verb(bound)}{bound.label}。")
        else:
            said.extend(str(message) for message in error.messages)
    return said


def _verb(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, widgets.FileInput):
        return "上传"
    if isinstance(widget, widgets.CheckboxInput):
        return "勾选"
    return "选择" if select_like(bound) else "填写"


def select_like(bound: BoundField) -> bool:
    return isinstance(bound.field.widget, (widgets.Select, *PLAIN))
