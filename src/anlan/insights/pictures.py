"""Figures drawn from the year's slices: titles say the finding."""

from collections.abc import Mapping

from django.urls import reverse

from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.foundation.ui.charts import Chart, Point
from anlan.insights.queries import Overview, by_district, by_industry

# What people call the zones whose full name fits no tile; the map's own names.
SHORT = {"370176": "高新区", "3701QB": "起步区"}
NOBODY_YET = "本年度还没有签到记录"
SOURCE = "已结班按结班冻结数，进行中按签到登记实时统计"


def place_name(code: str) -> str:
    """A district by the name that people use."""
    return SHORT.get(code) or codes.code_name(System.GB_T_2260, code)


def district_picture(figures: Overview, year: int) -> Chart:
    """人次 of every district and zone; a tile opens its classes."""
    values = by_district(figures.slices)
    names = {code.code: place_name(code.code) for code in codes.districts()}
    return Chart(
        "by-district",
        _finding(values, names),
        "人次",
        _points(values, names, "district", year),
        SOURCE,
    )


def industry_picture(figures: Overview, year: int) -> Chart:
    """人次 of every key industry, the largest first."""
    values = by_industry(figures.slices)
    names = dict(codes.choices(System.KEY_INDUSTRY))
    points = _points(values, names, "industry", year)
    return Chart(
        "by-industry",
        _finding(values, names),
        "人次",
        sorted(points, key=lambda point: -point.value),
        SOURCE,
    )


def _points(
    values: Mapping[str, int], names: Mapping[str, str], field: str, year: int
) -> list[Point]:
    base = reverse("insights:classes")
    return [
        Point(name, values.get(code, 0), f"{base}?year={year}&{field}={code}")
        for code, name in names.items()
    ]


def _finding(values: Mapping[str, int], names: Mapping[str, str]) -> str:
    """天桥区人次最多，占 14%; a lone district or industry is not compared with itself."""
    total = sum(values.values())
    if not total:
        return NOBODY_YET
    code, most = max(values.items(), key=lambda item: item[1])
    name = names.get(code, code)
    if most == total:
        return f"{total:,} 人次都在{name}"
    return f"{name}人次最多，占 {most / total:.0%}"
