"""What every figure about hazards means, in the words that stand on the page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Definition:
    key: str
    name: str
    unit: str
    numerator: str
    denominator: str
    source: str


DEFINITIONS = (
    Definition(
        "rate",
        "整改率",
        "%",
        "分母中按期完成的：整改在期限内提交，经他人复查通过并销号，之后没有被重新打开。",
        "整改期限落在统计期内、且已到期的整改任务；一条隐患重新打开后另计一次。",
        "隐患整改任务的期限、提交、销号和重新打开时间，实时统计。",
    ),
    Definition(
        "overdue",
        "超期",
        "条",
        "此刻尚未销号，且当前步骤（受理、指派、整改、复查）已过期限的隐患。",
        "不是比率，没有分母。",
        "隐患台账当前状态，与所选统计期无关。",
    ),
    Definition(
        "days",
        "整改天数中位数",
        "天",
        "统计期内销号的隐患，从上报到销号的天数从小到大排列，取正中的一个。",
        "统计期内销号、至今没有重新打开的隐患。",
        "隐患台账的上报时间和销号时间；满 24 小时计 1 天，保留一位小数。",
    ),
    Definition(
        "reported",
        "上报",
        "条",
        "统计期内上报的隐患，含不予受理的。",
        "不是比率，没有分母。",
        "隐患台账的上报时间。",
    ),
)
