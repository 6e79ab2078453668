"""The question, the base and the figures in the words of a page and of a sheet."""

from dataclasses import dataclass
from datetime import datetime

from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.insights.distribution.counting import Counter
from anlan.insights.distribution.dimensions import DIMENSIONS, HERE, NOT_SAID, OTHER
from anlan.insights.distribution.questions import Question
from anlan.insights.distribution.rating import Rate
from anlan.lib.dates import date_text, moment_text


@dataclass(frozen=True)
class Pick:
    """A narrowing that is in force, and the address without it."""

    label: str
    value: str
    without: str


def picks_of(counter: Counter) -> list[Pick]:
    found = []
    for name, key in counter.question.picks.items():
        value = industry_name(key) if name == "industry" else group_name(counter, name, key)
        without = counter.question.without(name).query()
        found.append(Pick(DIMENSIONS[name].label, value, without))
    return found


def group_name(counter: Counter, name: str, key: str) -> str:
    grouping = counter.grouping(name)
    at = grouping.index(key)
    return key if at is None else grouping.groups[at].label


def industry_name(key: str) -> str:
    """C26 化学原料和化学制品制造业; what is coded no deeper says so."""
    if key in (NOT_SAID, OTHER):
        return "未说明" if key == NOT_SAID else "不在代码表内"
    code = key.removesuffix(HERE)
    name = f"{code} {codes.code_name(System.GB_T_4754, code)}"
    return f"{name}（未填到下一级）" if key.endswith(HERE) else name


def period_text(question: Question) -> str:
    if question.since and question.until:
        return f"{date_text(question.since)}至{date_text(question.until)}"
    if question.since:
        return f"{date_text(question.since)}起"
    return f"截至{date_text(question.until)}" if question.until else "全部年份"


def vintage_text(question: Question, as_of: datetime) -> str:
    if question.known:
        return f"按 {date_text(question.known)}日终时所知"
    return f"现值，数据截至 {moment_text(as_of)}"


def definition_lines(counter: Counter, as_of: datetime) -> list[str]:
    """What stands under every table and in every sheet: base, period, filters, vintage."""
    question = counter.question
    picks = "；".join(f"{one.label}：{one.value}" for one in picks_of(counter))
    lines = [
        f"数的是：{question.base.words}。快报、认定、鉴定不相加。",
        f"受伤日期：{period_text(question)}",
        f"筛选：{picks or '无'}",
        f"数据版本：{vintage_text(question, as_of)}",
    ]
    if question.new_types:
        lines.append(
            "事故类别：1986 标准的类别按对照表里唯一对应的 2025 类别计；"
            "拆成几类的记为「拆分，待定」。"
            "对照表按两个标准的名称拟定，尚未与印本核对。"
        )
    else:
        lines.append(
            "事故类别：按受伤当天有效的标准（2026年7月1日起为 GB 6441-2025），"
            "名称后的 (86) 指 1986 标准的类别。"
        )
    if not counter.scope.everything:
        lines.append(
            f"您看不到明细的案件，不足 {counter.least} 例的数已隐去；"
            "为防止由合计倒推，另有少数数字一并隐去。期间按整月取。"
        )
    return lines


def limits_text(rate: Rate) -> str:
    return "" if rate.low is None else f"{rate.low:,.2f}–{rate.high:,.2f}"
