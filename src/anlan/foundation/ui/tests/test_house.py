"""The `house` tags as templates use them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import timezone

from anlan.foundation.ui import assets
from anlan.foundation.ui.charts import Chart, Point
from anlan.foundation.ui.parts import Todo, steps_until

needs_assets = pytest.mark.skipif(
    not (assets.DIST / "manifest.json").exists(), reason="assets are not built"
)


def rendered(source: str, **values: Any) -> str:
    request = RequestFactory().get("/classes/", {"district": "370102", "page": "3"})
    return Template("{% load house %}" + source).render(Context({"request": request, **values}))


class Registration(forms.Form):
    name = forms.CharField(label="单位名称", help_text="与营业执照一致。")
    kind = forms.ChoiceField(
        label="场地", widget=forms.RadioSelect, choices=[("1", "自有"), ("2", "现场")]
    )
    count = forms.IntegerField(label="参保人数", required=False)


@needs_assets
def test_an_entry_is_emitted_by_its_hashed_names() -> None:
    html = rendered('{% entry "desk" %}')
    assert re.search(r'href="/static/assets/desk-[A-Z0-9]{8}\.css"', html)
    assert re.search(r'<script type="module" src="/static/assets/desk-[A-Z0-9]{8}\.js">', html)


@needs_assets
def test_an_icon_is_silent_unless_labelled() -> None:
    assert 'aria-hidden="true"' in rendered('{% icon "plus" %}')
    assert 'role="img" aria-label="新增"' in rendered('{% icon "plus" label="新增" %}')


@needs_assets
def test_an_unknown_icon_says_where_to_add_it() -> None:
    with pytest.raises(TemplateSyntaxError, match=r"icons\.json"):
        rendered('{% icon "no-such-icon" %}')


def test_personal_data_is_masked() -> None:
    html = rendered("{{ n|mask_name }} {{ p|mask_phone }}", n="王小明", p="13812345678")
    assert html == "王* 138****5678"


@needs_assets
def test_a_state_wears_sign_word_and_colour() -> None:
    html = rendered('{% status_badge "returned" "退回修改" %}')
    assert "tone-warn" in html
    assert "<svg" in html
    assert "退回修改" in html


@needs_assets
def test_labels_are_escaped() -> None:
    assert "<b>" not in rendered('{% status_badge "x" label %}', label="<b>")
    assert "&lt;b&gt;" in rendered('{% notice "warn" %}{{ text }}{% endnotice %}', text="<b>")


@needs_assets
def test_steps_say_where_the_matter_stands() -> None:
    html = rendered("{% steps s %}", s=steps_until(["申请", "审核", "批准"], 1))
    assert html.count('class="done"') == 1
    assert 'aria-current="step"' in html
    assert "（进行中）" in html


@needs_assets
def test_a_missing_value_names_its_field_and_is_tied_to_it() -> None:
    html = rendered("{% form_errors f %}{% field f.name %}{% field f.kind %}", f=Registration({}))
    assert "请填写单位名称。" in html
    assert "请选择场地。" in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_help id_name_error"' in html
    assert 'id="id_name_error"' in html


@needs_assets
def test_an_optional_field_says_so_and_asks_for_figures() -> None:
    html = rendered("{% field f.count %}", f=Registration())
    assert "选填" in html
    assert 'inputmode="numeric"' in html


def test_a_query_keeps_the_filter_and_changes_the_page() -> None:
    assert rendered("{% querystring_with page=4 %}") == "?district=370102&amp;page=4"
    assert rendered("{% querystring_with page=None %}") == "?district=370102"


@needs_assets
def test_pages_keep_the_filter() -> None:
    page = Paginator(range(100), 10).page(3)
    html = rendered('{% pagination p "#rows" %}', p=page)
    assert 'href="?district=370102&amp;page=4"' in html
    assert 'hx-target="#rows"' in html
    assert '<b aria-current="page">3</b>' in html


@needs_assets
def test_the_oldest_clock_comes_first() -> None:
    now = timezone.now()
    items = [Todo("后", "/b", due=now + timedelta(days=9)), Todo("先", "/a", due=now)]
    html = rendered("{% todo items %}", items=items)
    assert html.index("先") < html.index("后")


@needs_assets
def test_a_chart_has_its_table_and_data_that_cannot_break_out() -> None:
    chart = Chart("k", "发现", "‰", [Point("</script>", 3.1, numerator=31, denominator=10000)])
    html = rendered("{% bar_chart chart %}", chart=chart)
    assert "31 / 10,000" in html
    assert html.count("</script>") == 1


@needs_assets
def test_functional_zones_without_a_place_stand_below_the_tiles() -> None:
    chart = Chart("k", "发现", "人次", [Point("某新区", 0), Point("历下区", 5, "/x")])
    html = rendered("{% district_map chart %}", chart=chart)
    assert html.index("历下区") < html.index("功能区及其他") < html.index("某新区")
    assert 'class="tile shade-5 r4 c3"' in html
    assert "shade-0" in html


@needs_assets
def test_the_ribbon_shows_on_synthetic_data_only() -> None:
    assert "演示数据" in rendered("{% synthetic_ribbon %}", synthetic=True)
    assert rendered("{% synthetic_ribbon %}", synthetic=False).strip() == ""


def test_no_template_carries_inline_code_or_style() -> None:
    folder = assets.DIST.parent / "foundation" / "ui" / "templates"
    bad = re.compile(r"\sstyle=|\son[a-z]+=|<script(?![^>]*type=\"application/json\")")
    found = [p.name for p in folder.rglob("*.html") if bad.search(p.read_text("utf-8"))]
    assert found == []
