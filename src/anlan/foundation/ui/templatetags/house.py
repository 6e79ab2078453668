"""The `house` tags: how pages speak. See docs/rooms/ui.md."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from anlan.foundation.ui import assets, charts, controls, formats, parts, tones
from anlan.lib import masking

register = template.Library()


@register.simple_tag
def entry(name: str) -> SafeString:
    """Style sheet and modules of a bundle, by their hashed names."""
    bundle = assets.read("manifest.json")[name]
    css = format_html('<link rel="stylesheet" href="{}">', static(bundle["css"]))
    links = format_html_join(
        "", '<link rel="modulepreload" href="{}">', ((static(p),) for p in bundle["parts"])
    )
    script = format_html('<script type="module" src="{}"></script>', static(bundle["js"]))
    return css + links + script


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An outline icon; silent to screen readers unless labelled."""
    drawn = assets.read("icons.json").get(name)
    if drawn is None:
        raise template.TemplateSyntaxError(f"no icon {name!r}: add it to frontend/icons.json")
    voice = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        ' stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" {}>{}</svg>',
        mark_safe(voice),
        mark_safe(drawn),
    )


@register.filter
def mask_name(value: object) -> str:
    return masking.mask_name(str(value or ""))


@register.filter
def mask_id(value: object) -> str:
    return masking.mask_id(str(value or ""))


@register.filter
def mask_phone(value: object) -> str:
    return masking.mask_phone(str(value or ""))


for _name in ("cn_date", "cn_day", "cn_time", "cn_datetime", "permille", "percent", "yuan"):
    register.filter(_name, getattr(formats, _name))
register.filter("thousands", formats.thousands)


@register.simple_tag
def cn_range(start: date | None, end: date | None = None) -> str:
    return formats.cn_range(start, end)


@register.simple_tag
def now_iso() -> str:
    """The server's clock, for islands that must not trust the device's."""
    return timezone.now().isoformat(timespec="milliseconds")


@register.filter
def since(moment: datetime | None) -> str:
    """Relative words with the absolute time on hover."""
    if moment is None:
        return formats.NONE
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        formats.cn_datetime(moment),
        formats.since(moment, timezone.now()),
    )


@register.simple_tag
def status_badge(value: object, label: object = "", tone: str = "") -> SafeString:
    """Sign, word and colour of a state."""
    tone = tone or tones.tone_of(value)
    return format_html(
        '<span class="badge-state tone-{}">{}{}</span>',
        tone,
        icon(tones.SIGNS.get(tone, tones.SIGNS["idle"])),
        label or value,
    )


@register.inclusion_tag("ui/parts/steps.html")
def steps(items: Sequence[parts.Step]) -> dict[str, Any]:
    return {"steps": items}


@register.inclusion_tag("ui/parts/progress.html")
def progress(value: float, most: float, label: str = "") -> dict[str, Any]:
    return {"value": value, "most": most, "label": label}


@register.inclusion_tag("ui/parts/figure.html")
def figure(
    label: str, value: object, href: str = "", note: str = "", unit: str = ""
) -> dict[str, Any]:
    shown = formats.thousands(value) if isinstance(value, int) else value
    return {"label": label, "value": shown, "href": href, "note": note, "unit": unit}


@register.inclusion_tag("ui/parts/empty.html")
def empty(title: str, what_to_do: str = "", url: str = "", act: str = "") -> dict[str, Any]:
    return {"title": title, "what_to_do": what_to_do, "url": url, "act": act}


@register.inclusion_tag("ui/parts/facts.html")
def facts(pairs: Iterable[tuple[str, object]]) -> dict[str, Any]:
    return {"pairs": pairs}


@register.inclusion_tag("ui/parts/timeline.html")
def timeline(moments: Iterable[parts.Moment]) -> dict[str, Any]:
    return {"moments": moments}


@register.inclusion_tag("ui/parts/todo.html")
def todo(items: Iterable[parts.Todo]) -> dict[str, Any]:
    """Oldest clock first; things without a clock follow in the given order."""
    now = timezone.now()
    rows = sorted(items, key=lambda t: (t.due is None, t.due or now))
    return {"rows": [(t, *_clock_words(t, now)) for t in rows]}


def _clock_words(item: parts.Todo, now: datetime) -> tuple[str, str]:
    if item.clock or not item.due:
        return item.clock, ""
    return formats.due_words(item.due, now)


@register.simple_block_tag
def notice(content: str, tone: str = "info") -> SafeString:
    """A note inside a page; its content was escaped as it was rendered."""
    sign = "info-circle" if tone == "info" else tones.SIGNS[tone]
    return format_html(
        '<div class="notice notice-{}"{}>{}<div>{}</div></div>',
        tone,
        mark_safe(' role="alert"' if tone == "stop" else ""),
        icon(sign),
        conditional_escape(content),
    )


@register.inclusion_tag("ui/parts/field.html")
def field(bound: BoundField, width: str = "", help: str = "") -> dict[str, Any]:
    return {
        "field": bound,
        "width": width,
        "help": help or bound.help_text,
        "control": controls.render(bound, bool(help or bound.help_text)),
        "is_group": controls.is_group(bound),
        "is_check": controls.is_check(bound),
        "errors": controls.errors(bound),
    }


@register.inclusion_tag("ui/parts/form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    wrong = [(b, controls.errors(b)) for b in form if b.errors] if form.is_bound else []
    general = form.non_field_errors() if form.is_bound else []
    return {"wrong": wrong, "general": general}


@register.simple_tag(takes_context=True)
def querystring_with(context: Context, **changes: object) -> str:
    """The present query with changes; `None` or empty removes; always begins with `?`."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.inclusion_tag("ui/parts/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any], target: str = "") -> dict[str, Any]:
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return {"request": context["request"], "page": page, "numbers": numbers, "target": target}


@register.inclusion_tag("ui/parts/chart.html")
def bar_chart(chart: charts.Chart) -> dict[str, Any]:
    return {"chart": chart, "kind": "bar"}


@register.inclusion_tag("ui/parts/chart.html")
def line_chart(chart: charts.Chart) -> dict[str, Any]:
    return {"chart": chart, "kind": "line"}


@register.inclusion_tag("ui/parts/district_map.html")
def district_map(chart: charts.Chart) -> dict[str, Any]:
    return {"chart": chart, "tiles": charts.tiles(chart), "shapes": static("jinan.json")}


@register.filter
def duration(seconds: float | None) -> str:
    """A length of playing time: 48 秒, 3 分 20 秒, 2 小时 5 分."""
    return formats.NONE if seconds is None else formats.playing_time(int(seconds))


@register.filter
def places(value: float | None, digits: int) -> str:
    """A figure with a fixed number of decimals and thousands apart."""
    return formats.NONE if value is None else f"{value:,.{digits}f}"


@register.inclusion_tag("ui/parts/synthetic.html", takes_context=True)
def synthetic_ribbon(context: Context) -> dict[str, Any]:
    return {"synthetic": context.get("synthetic", False)}
