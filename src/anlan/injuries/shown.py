"""A case as a screen may show it: codes as words, people masked, each clock in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.foundation.ui.formats import cn_date, cn_datetime
from anlan.injuries.clocks import Terms, application_due, days_used, years_later
from anlan.injuries.fields import BY_KEY, book_of, choices_of
from anlan.injuries.models import (
    Appraisal,
    AppraisalStatus,
    Case,
    CaseVersion,
    Recognition,
    RecognitionStatus,
)
from anlan.injuries.services.records import pauses_of
from anlan.injuries.sheets import type_name
from anlan.lib.masking import mask_name

NOT_SAID = "未说明"
Facts = list[tuple[str, object]]
_SYSTEMS = {
    "part_code": System.BODY_PART,
    "nature_code": System.INJURY_NATURE,
    "source_code": System.INJURY_SOURCE,
    "manner_code": System.INJURY_MANNER,
    "act_code": System.UNSAFE_ACT,
    "condition_code": System.UNSAFE_CONDITION,
}


def case_facts(case: Case) -> Facts:
    """What is known of the injury; what isn't said is left out, but for the main things."""
    hour = "" if case.injured_hour is None else f" {case.injured_hour} 时"
    line = [code.name for code in codes.lineage(System.GB_T_4754, case.industry)]
    sex = {"m": "男", "f": "女"}.get(case.sex, "")
    age = "" if case.age is None else f"{case.age} 岁"
    said: Facts = [
        ("受伤日期", f"{cn_date(case.injured_on)}{hour}"),
        ("用人单位", case.employer_name or NOT_SAID),
        ("伤者", "，".join(filter(None, [_who(case), sex, age])) or NOT_SAID),
        ("地点", case.place or NOT_SAID),
        ("区县", codes.code_name(System.GB_T_2260, case.district) or NOT_SAID),
        ("行业", " / ".join(line[1:]) or case.industry or NOT_SAID),
        ("受伤情形", case.get_circumstance_display()),
        ("事故类别", type_name(case)),
    ]
    more: Facts = [
        (BY_KEY[name].label, codes.code_name(system, getattr(case, name)))
        for name, system in _SYSTEMS.items()
        if getattr(case, name)
    ]
    if case.trade:
        more.append(("工种", case.trade))
    if case.lost_days is not None:
        more.append(("损失工作日", f"{case.lost_days} 天"))
    return said + more


def _who(case: Case) -> str:
    report = getattr(case, "report", None)
    if case.person is not None:
        return mask_name(case.person.name)
    return mask_name(report.person_name) if report is not None and report.person_name else ""


def report_facts(case: Case) -> Facts:
    report = getattr(case, "report", None)
    if report is None:
        return []
    said: Facts = [
        ("发现", cn_datetime(report.noticed_at)),
        ("上报", cn_datetime(report.reported_at)),
        ("时限", "文件未带" if report.due_at is None else f"{cn_datetime(report.due_at)} 前"),
    ]
    if report.by is not None:
        said.append(("上报人", report.by.name))
    return said


@dataclass(frozen=True)
class Clock:
    """A clock in words, with the tone of its state."""

    words: str
    tone: str = ""


def recognition_clock(record: Recognition, on: date) -> Clock:
    """What the 认定's clock says today."""
    if record.status == RecognitionStatus.DECIDED:
        return Clock(record.get_outcome_display() or "已作决定", "ok")
    if record.status == RecognitionStatus.DECLINED:
        return Clock("可以重新申请")
    if record.status == RecognitionStatus.PAPERS_ASKED:
        return Clock("等申请人补正，不计时", "wait")
    if record.status == RecognitionStatus.SUSPENDED and record.accepted_on:
        used = days_used(record.accepted_on, pauses_of(record), on=on)
        return Clock(f"已中止，停在第 {used} 天", "wait")
    return _running(record.due_on, on)


def appraisal_clock(record: Appraisal, on: date) -> Clock:
    if record.status == AppraisalStatus.DECIDED:
        return Clock(grade_name(record.grade), "ok")
    return _running(record.due_on, on)


def grade_name(grade: int | None) -> str:
    if grade is None:
        return "已有结论"
    return "未达级" if grade == 0 else f"{'一二三四五六七八九十'[grade - 1]}级"


def _running(last: date | None, on: date) -> Clock:
    if last is None:
        return Clock("没有期限")
    left = (last - on).days
    if left < 0:
        return Clock(f"逾期 {-left} 天", "stop")
    return Clock(f"还剩 {left} 天" if left else "今天到期", "warn" if left <= 7 else "")


def recognition_facts(record: Recognition, case: Case, terms: Terms) -> Facts:
    """Its days in order, with what the law says of the application's own term."""
    who = "" if record.by_employer is None else "用人单位" if record.by_employer else "职工一方"
    last = application_due(case.injured_on, by_employer=record.by_employer, terms=terms)
    late = record.applied_on is not None and record.applied_on > last
    applied = f"{cn_date(record.applied_on)}{f'，{who}' if who else ''}"
    said: Facts = [
        ("申请", f"{applied}（期限 {cn_date(last)}，已超过）" if late else applied),
        ("通知补正", cn_date(record.papers_asked_on) if record.papers_asked_on else ""),
        ("材料补齐", cn_date(record.papers_complete_on) if record.papers_complete_on else ""),
        ("不予受理", cn_date(record.declined_on) if record.declined_on else ""),
        ("受理", cn_date(record.accepted_on) if record.accepted_on else ""),
        ("最后一天", cn_date(record.due_on) if record.due_on else ""),
        ("决定", cn_date(record.decided_on) if record.decided_on else ""),
        ("理由" if record.declined_on else "依据", record.clause),
    ]
    said += [
        (
            "中止",
            f"{cn_date(p.since)} 至 {cn_date(p.until) if p.until else '今'}，{p.reason}",
        )
        for p in record.suspensions.order_by("since", "id")
    ]
    return [(label, value) for label, value in said if value]


def appraisal_facts(record: Appraisal, terms: Terms) -> Facts:
    said: Facts = [
        ("申请", cn_date(record.applied_on) if record.applied_on else ""),
        ("最后一天", cn_date(record.due_on) if record.due_on else ""),
        ("结论", cn_date(record.decided_on) if record.decided_on else ""),
    ]
    if record.decided_on is not None:
        said.append(("复查", f"{cn_date(years_later(record.decided_on, terms.review_years))}起"))
    return [(label, value) for label, value in said if value]


@dataclass(frozen=True)
class Former:
    """What a case said until it was changed, as lines of label and value."""

    until: datetime
    by: str
    values: Sequence[tuple[str, str]]


_SEALED = {"narrative": "（有改动，原文不在此显示）"}
_LINKS = {"organization_id": "关联单位", "person_id": "关联人员", "key_industry": "重点行业"}


def former_values(case: Case) -> list[Former]:
    """The latest change first."""
    rows: QuerySet[CaseVersion] = case.versions.select_related("batch", "batch__source")
    return [
        Former(
            until=version.replaced_at,
            by=str(version.batch.source) if version.batch and version.batch.source else "",
            values=_lines(version.values, case.injured_on),
        )
        for version in reversed(list(rows))
    ]


def _lines(values: Mapping[str, Any], on: date) -> list[tuple[str, str]]:
    found = []
    for name, value in values.items():
        if name in BY_KEY:
            found.append((BY_KEY[name].label, _SEALED.get(name) or _said(name, value, on)))
        elif name in _LINKS:
            label = codes.code_name(System.KEY_INDUSTRY, value) if name == "key_industry" else ""
            found.append((_LINKS[name], (label if value else "") or ("有" if value else "没有")))
    return found


def _said(name: str, value: Any, on: date) -> str:
    if value in (None, ""):
        return NOT_SAID
    return dict(choices_of(book_of(name, on))).get(str(value), str(value))
