"""What a file may say of a case: each field, what it is called in files, how it is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from anlan.foundation.codes import lists
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.injuries.models import Circumstance, RecognitionOutcome, Severity, SourceKind
from anlan.lib.columns import Wanted


class Part(StrEnum):
    """Which row of ours a field belongs to; LINK fields find an enterprise or a person."""

    CASE = "case"
    REPORT = "report"
    RECOGNITION = "recognition"
    APPRAISAL = "appraisal"
    LINK = "link"
    HEADCOUNT = "headcount"
    FIGURE = "figure"


Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Field:
    """`choices` are the values of a coded field on a day; `kind` says how text is read."""

    key: str
    label: str
    kind: str
    part: Part = Part.CASE
    names: tuple[str, ...] = ()
    most: int = 0
    choices: Callable[[date], Choices] | None = None

    @property
    def column(self) -> str:
        """Its column in our row: the key without the part's name."""
        return self.key.partition(".")[2] or self.key

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.key, self.label, self.names, required=self.key == "injured_on")


def _list(system: System) -> Callable[[date], Choices]:
    return lambda day: codes.choices(system)


def _accident_types(day: date) -> Choices:
    return [(code.code, code.name) for code in codes.accident_types(day)]


def _fixed(pairs: Choices) -> Callable[[date], Choices]:
    return lambda day: pairs


SEXES: Choices = [("m", "男"), ("f", "女")]
YES_NO: Choices = [("yes", "单位申请"), ("no", "职工一方申请")]
CODED = "coded"
_R, _A = Part.RECOGNITION, Part.APPRAISAL

FIELDS: tuple[Field, ...] = (
    Field("injured_on", "受伤日期", "day", names=("事故日期", "发生日期", "事故发生日期")),
    Field("injured_hour", "受伤时刻", "hour", names=("事故时间", "受伤时间", "发生时间")),
    Field("employer_name", "用人单位", "text", names=("单位名称", "企业名称"), most=200),
    Field("uscc", "统一社会信用代码", "uscc", Part.LINK, ("信用代码",)),
    Field("id_number", "身份证号", "id_number", Part.LINK, ("身份证", "公民身份号码", "证件号码")),
    Field("place", "受伤地点", "text", names=("事故地点", "地点"), most=200),
    Field("district", "区县", CODED, names=("所在区县",), most=12, choices=_list(System.GB_T_2260)),
    Field("industry", "行业", CODED, names=("行业代码",), most=24, choices=_list(System.GB_T_4754)),
    Field(
        "occupation",
        "岗位类别",
        CODED,
        most=24,
        choices=_list(System.OCCUPATION_ROLE),
    ),
    Field("trade", "工种", "text", names=("岗位", "职业"), most=60),
    Field("sex", "性别", CODED, most=1, choices=_fixed(SEXES)),
    Field("age", "年龄", "whole", most=120),
    Field("tenure_months", "工龄（月）", "whole", most=900),
    Field("circumstance", "受伤情形", CODED, most=14, choices=_fixed(list(Circumstance.choices))),
    Field("severity", "伤害程度", CODED, most=8, choices=_fixed(list(Severity.choices))),
    Field("lost_days", "损失工作日", "whole", names=("误工天数", "停工天数"), most=6000),
    Field("type_code", "事故类别", CODED, names=("事故类型",), most=24, choices=_accident_types),
    Field("part_code", "受伤部位", CODED, most=24, choices=_list(System.BODY_PART)),
    Field("nature_code", "受伤性质", CODED, most=24, choices=_list(System.INJURY_NATURE)),
    Field("source_code", "起因物", CODED, most=24, choices=_list(System.INJURY_SOURCE)),
    Field("manner_code", "伤害方式", CODED, most=24, choices=_list(System.INJURY_MANNER)),
    Field("act_code", "不安全行为", CODED, most=24, choices=_list(System.UNSAFE_ACT)),
    Field("condition_code", "不安全状态", CODED, most=24, choices=_list(System.UNSAFE_CONDITION)),
    Field("narrative", "经过描述", "text", names=("事故经过", "经过", "简要经过"), most=20_000),
    Field("report.noticed_at", "发现时间（快报）", "moment", Part.REPORT, ("发现时间",)),
    Field(
        "report.reported_at", "报告时间（快报）", "moment", Part.REPORT, ("报告时间", "快报时间")
    ),
    Field(
        "recognition.by_employer", "申请主体（认定）", CODED, _R, ("申请人类型",), 3, _fixed(YES_NO)
    ),
    Field("recognition.applied_on", "申请日期（认定）", "day", _R, ("认定申请日期", "申请日期")),
    Field("recognition.accepted_on", "受理日期（认定）", "day", _R, ("受理日期",)),
    Field("recognition.decided_on", "决定日期（认定）", "day", _R, ("认定日期", "决定日期")),
    Field(
        "recognition.outcome",
        "认定结论",
        CODED,
        _R,
        ("认定结果",),
        12,
        _fixed(list(RecognitionOutcome.choices)),
    ),
    Field("recognition.clause", "认定依据条款", "text", _R, ("条款",), 60),
    Field("appraisal.applied_on", "申请日期（鉴定）", "day", _A, ("鉴定申请日期",)),
    Field("appraisal.decided_on", "结论日期（鉴定）", "day", _A, ("鉴定日期",)),
    Field("appraisal.grade", "伤残等级", "grade", _A, ("鉴定等级", "伤残级别")),
)
HEADCOUNT_FIELDS: tuple[Field, ...] = (
    Field(
        "employer_name", "单位名称", "text", names=("用人单位", "企业名称", "参保单位"), most=200
    ),
    Field("uscc", "统一社会信用代码", "uscc", Part.LINK, ("信用代码",)),
    Field(
        "month", "月份", "month", Part.HEADCOUNT, ("参保月份", "统计月份", "所属期", "费款所属期")
    ),
    Field(
        "people",
        "参保人数",
        "people",
        Part.HEADCOUNT,
        ("人数", "在职参保人数", "缴费人数"),
        999_999,
    ),
)
FIGURE_FIELDS: tuple[Field, ...] = (
    Field("period", "时间", "period", Part.FIGURE, ("年份", "年度", "time_period", "year")),
    Field("label", "名称", "text", Part.FIGURE, ("指标", "说明", "description"), 200),
    Field("value", "数值", "number", Part.FIGURE, ("数量", "obs_value", "value")),
)
# Stands for a column: every heading that is a month, with its people below.
MONTHS_ACROSS = "*"
TYPE = "type_code"
BY_KEY = {field.key: field for field in FIELDS}
_OF_KIND = {
    SourceKind.CASES: FIELDS,
    SourceKind.HEADCOUNTS: HEADCOUNT_FIELDS,
    SourceKind.FIGURES: FIGURE_FIELDS,
}


def fields_of(kind: str) -> tuple[Field, ...]:
    """What a row of such a file may say."""
    return _OF_KIND[SourceKind(kind)]


def expected_of(kind: str) -> tuple[str, ...]:
    """Likely headings of such a file."""
    return tuple(name for field in fields_of(kind) for name in field.wanted.names)


def lacking(kind: str, mapping: Mapping[str, str]) -> str:
    """Which column a file of this kind can't do without and isn't matched yet; empty if none."""
    if kind == SourceKind.CASES and "injured_on" not in mapping:
        return "受伤日期"
    if kind == SourceKind.HEADCOUNTS:
        if not ("uscc" in mapping or "employer_name" in mapping):
            return "信用代码或单位名称"
        if "people" not in mapping:
            return "参保人数"
        if "month" not in mapping and mapping["people"] != MONTHS_ACROSS:
            return "月份"
    return ""


def book_of(key: str, day: date) -> str:
    """Which list a word is looked up in: the field's, of accident types the one of that day.

    The two lists of accident types use the same numbers for different things.
    """
    return f"{key}@{codes.accident_type_system(day)}" if key == TYPE else key


def field_of(book: str) -> Field | None:
    return BY_KEY.get(book.partition("@")[0])


def choices_of(book: str) -> Choices:
    """The codes of such a list; none for a field without codes."""
    field, _, system = book.partition("@")
    choices = BY_KEY[field].choices if field in BY_KEY else None
    if system:
        return codes.choices(system)
    return choices(date.max) if choices else []


def types_changed_on() -> date:
    """The first day of the newer list of accident types."""
    newer = lists.code_list(System.GB_6441_2025)
    assert newer is not None
    return newer.valid_from
