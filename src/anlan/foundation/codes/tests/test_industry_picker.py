"""The industry picker: anybody may leaf through a public list; it always fills the asked field."""

from __future__ import annotations

import pytest
from django import forms
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from anlan.foundation.codes import services, views

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _loaded() -> None:
    services.load_codes()


def fragment(**asked: str) -> str:
    answer = views.industries(RequestFactory().get(reverse("codes:industries"), asked))
    assert answer.status_code == 200
    return str(answer.content.decode())  # type: ignore[attr-defined]


def test_an_outsider_sees_the_twenty_sections() -> None:
    answer = Client().get(reverse("codes:industries"))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert page.count("<details") == 20
    assert "制造业" in page


def test_a_section_opens_into_its_divisions_and_a_group_into_classes() -> None:
    assert "化学原料和化学制品制造业" in fragment(parent="C")
    below = fragment(parent="C261", name="industry")
    assert 'name="industry" value="C2614"' in below
    assert "不再细分" in below
    assert "<details" not in below


def test_two_characters_find_an_industry_with_its_place_in_the_tree() -> None:
    page = fragment(codes_q="有机化学原料")
    assert 'value="C2614"' in page
    assert "制造业 / 化学原料和化学制品制造业 / 基础化学原料制造" in page


def test_nothing_found_says_what_to_do() -> None:
    assert "请换一个词" in fragment(codes_q="查无此业")


def test_the_present_choice_stays_chosen_while_searching() -> None:
    page = fragment(codes_q="稻谷", name="industry", industry="C2614")
    assert 'value="C2614" checked' in page
    assert "已选：有机化学原料制造" in page


def test_a_field_name_from_outside_is_never_written_into_the_page_unchecked() -> None:
    page = fragment(parent="C261", name='x"><script>')
    assert "<script>" not in page
    assert 'name="industry"' in page


def test_posting_is_not_understood() -> None:
    assert Client().post(reverse("codes:industries")).status_code == 405


def test_the_picker_stands_in_a_form_and_works_without_script_as_a_text_box() -> None:
    class EnterpriseForm(forms.Form):
        industry = forms.CharField(label="所属行业", initial="C2614")

    form = EnterpriseForm(prefix="e")
    page = render_to_string("codes/_industry_picker.html", {"field": form["industry"]})
    assert '<legend class="form-label required">所属行业</legend>' in page
    assert 'name="e-industry" value="C2614"' in page
    assert "?name=e-industry&amp;e-industry=C2614" in page
