"""诊疗报告 as a PDF: the same words and figures as on the page."""

from pathlib import Path
from typing import Any

from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.lib.dates import date_text, moment_text, to_shanghai
from anlan.lib.refusals import NotAllowed
from anlan.lib.typeset import typeset
from anlan.visits.models import Answer, Outcome, Status, Visit
from anlan.visits.queries.checklists import industry_word, risk_word
from anlan.visits.queries.inspections import answers_of, comparison
from anlan.visits.shown import COUNTS, sums_of

TEMPLATE = Path(__file__).resolve().parent / "typst" / "visit_report.typ"


def report_pdf(visit: Visit) -> bytes:
    return typeset(TEMPLATE, report(visit))


def report(visit: Visit) -> dict[str, Any]:
    """The document's data; its moment is the signature's. Raises `NotAllowed` before that."""
    if visit.signed_at is None or visit.inspection is None:
        raise NotAllowed("报告还没有签发。", "专家签发以后可以下载。")
    answers = list(answers_of(visit.inspection))
    sums = sums_of(answers)
    expert = visit.expert.name if visit.expert else ""
    return {
        "made_at": to_shanghai(visit.signed_at).isoformat(timespec="seconds"),
        "synthetic": visit.is_synthetic,
        "organization": visit.organization.name,
        "figures": [
            _figure("检查", f"{sums.asked} 项", f"另有 {sums.absent} 项不适用"),
            _figure("合格", f"{sums.met} 项", f"{sums.met} / {sums.asked}"),
            _figure("不合格", f"{sums.wanting} 项", "已登记为隐患"),
            _figure("建议改进", f"{sums.advice} 项", "不作为隐患"),
        ],
        "facts": [
            _fact("行业", industry_word(visit.industry)),
            _fact("区县", code_name(System.GB_T_2260, visit.district)),
            _fact("专家", expert),
            _fact("事由", "回访" if visit.follows else "安排" if visit.is_ordered else "企业申请"),
            _fact("到达", moment_text(visit.began_at) if visit.began_at else "—"),
            _fact("离开", moment_text(visit.ended_at) if visit.ended_at else "—"),
            *_counts(visit),
        ],
        "summary": _paragraphs(visit.summary),
        "advice": _paragraphs(visit.advice),
        "findings": [_finding(one) for one in answers if one.outcome == Outcome.WANTING],
        "advised": [_finding(one) for one in answers if one.outcome == Outcome.ADVICE],
        "changes": _changes(visit),
        "standing": _standing(visit),
        "signatures": [_fact("专家", expert), _fact("企业", "")],
    }


def _standing(visit: Visit) -> str:
    """How the report stands; a contested one says so."""
    if visit.status == Status.CONTESTED:
        return "企业对本报告提出异议，专家尚未答复。"
    if visit.received_at and visit.received_by:
        return f"企业已于{moment_text(visit.received_at)}在平台签收。"
    return "企业尚未签收。"


def _counts(visit: Visit) -> list[dict[str, str]]:
    if visit.inspection is None:
        return []
    return [
        _fact(one.get_key_display(), f"{one.numerator} / {one.denominator} {COUNTS[one.key][2]}")
        for one in visit.inspection.measures.all()
    ]


def _changes(visit: Visit) -> list[dict[str, str]]:
    if visit.follows is None or visit.follows.inspection is None or visit.inspection is None:
        return []
    told = comparison(visit.follows.inspection, visit.inspection)
    return [{"text": one.item_text, "verdict": one.verdict} for one in told if one.verdict]


def _finding(answer: Answer) -> dict[str, str]:
    hazard = answer.hazard
    return {
        "text": answer.item.text,
        "place": answer.place or answer.item.section,
        "words": answer.words,
        "risk": risk_word(answer.item.risk),
        "clause": answer.item.clause,
        "grade": str(hazard.get_grade_display()) if hazard else "",
        "wanted": date_text(hazard.wanted_by) if hazard and hazard.wanted_by else "按规定期限",
    }


def _paragraphs(text: str) -> list[str]:
    return [one.strip() for one in text.splitlines() if one.strip()]


def _fact(label: str, value: str) -> dict[str, str]:
    return {"label": label, "value": value}


def _figure(label: str, value: str, note: str) -> dict[str, str]:
    return {"label": label, "value": value, "note": note}
