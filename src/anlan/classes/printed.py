"""花名册, 签到表, 成绩册 as PDFs to sign or to seal; a half-day's marks as xlsx too.

They carry full names, for the class's own staff and for paper; `masked`, for what an archive shows
in clear. Other tables: `sheets`.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from anlan.attendance.models import Proof
from anlan.attendance.queries import Presence, presence
from anlan.classes import queries
from anlan.classes.documents import (
    Fact,
    Figure,
    Roster,
    RosterRow,
    ScoreRow,
    ScoreSheet,
    Sheet,
    SignInRow,
    SignInSheet,
)
from anlan.classes.models import Enrolment, Session, TrainingClass
from anlan.classes.results import Result, results_of
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.identity.models import Employment
from anlan.lib import idnumber
from anlan.lib.dates import date_range_text, to_shanghai, weekday_name
from anlan.lib.masking import mask_id, mask_name, mask_phone
from anlan.lib.spreadsheets import write_table
from anlan.lib.typeset import qr_svg, typeset

TEMPLATES = Path(__file__).resolve().parent / "typst"
SEXES = {"male": "男", "female": "女"}
PASS_RULE = "结业须学时达标且理论、实操均合格"


def roster(klass: TrainingClass, *, at: datetime, masked: bool = False) -> Roster:
    """花名册: everybody who counts as a learner."""
    people = list(queries.enrolled(klass))
    posts = _posts(people)
    return {
        **_head(klass, at),
        "facts": [
            _fact("举办单位", klass.provider.name),
            _fact("时间", class_days(klass)),
            _fact("大纲", klass.syllabus.title),
            _fact("人数", f"{len(people)} 人（名额 {klass.quota} 人）"),
        ],
        "rows": [_roster_row(no, one, posts, masked) for no, one in enumerate(people, start=1)],
    }


def sign_in_sheet(
    session: Session, *, at: datetime, filled: bool = False, masked: bool = False
) -> SignInSheet:
    """签到表 of a half-day: empty, to be signed on paper; `filled` with the marks as they stand."""
    klass = session.klass
    came = {one.person_id: one for one in presence(session.register)} if session.register else {}
    return {
        **_head(klass, at),
        "session": session_name(session),
        "topic": session.topic,
        "trainer": session.trainer.name,
        "place": session.place,
        "filled": filled,
        "rows": [
            _sign_in_row(no, one, came.get(one.person_id) if filled else None, masked)
            for no, one in enumerate(queries.enrolled(klass), start=1)
        ],
        "qr_svg": qr_svg(f"anlan:sheet:{session.uid}"),
    }


def score_sheet(
    klass: TrainingClass,
    *,
    at: datetime,
    certificates: Mapping[int, str] | None = None,
    results: Mapping[int, Result] | None = None,
    masked: bool = False,
) -> ScoreSheet:
    """成绩册; `certificates` is enrolment id → number, from the room that issues them."""
    results = results_of(klass) if results is None else results
    numbers = certificates or {}
    rules = queries.rules_for(klass, klass.first_day or to_shanghai(at).date())
    mark = rules.ruling("exam.pass_mark")
    share = rules.ruling("attendance.share_min")
    return {
        **_head(klass, at),
        "figures": _score_figures(list(results.values())),
        "rule": f"{PASS_RULE}：出勤不低于 {float(share.value):.0%}，理论 {mark.value} 分及格。"
        f"依据：{mark.clause}。",
        "rows": [
            _score_row(no, result, numbers.get(pk, ""), masked)
            for no, (pk, result) in enumerate(results.items(), start=1)
        ],
        "signatures": [_fact("考官", ""), _fact("班主任", "")],
    }


def roster_pdf(klass: TrainingClass, *, at: datetime, masked: bool = False) -> bytes:
    return typeset(TEMPLATES / "roster.typ", roster(klass, at=at, masked=masked))


def sign_in_pdf(session: Session, *, at: datetime, filled: bool = False) -> bytes:
    return sign_in_pdf_of(sign_in_sheet(session, at=at, filled=filled))


def sign_in_pdf_of(sheet: SignInSheet) -> bytes:
    return typeset(TEMPLATES / "sign_in_sheet.typ", sheet)


def score_pdf(
    klass: TrainingClass,
    *,
    at: datetime,
    certificates: Mapping[int, str] | None = None,
    results: Mapping[int, Result] | None = None,
    masked: bool = False,
) -> bytes:
    sheet = score_sheet(klass, at=at, certificates=certificates, results=results, masked=masked)
    return typeset(TEMPLATES / "score_sheet.typ", sheet)


def sign_in_xlsx_of(session: Session, sheet: SignInSheet) -> bytes:
    heads = ("序号", "姓名", "证件末四位", "单位", "签到", "签到时间", "签退", "签退时间")
    rows = [
        (
            r["number"],
            r["name"],
            r["id_tail"],
            r["employer"],
            r["in_proof"],
            r["in_at"],
            r["out_proof"],
            r["out_at"],
        )
        for r in sheet["rows"]
    ]
    mark = "演示数据　" if session.klass.is_synthetic else ""
    where = (
        f"{mark}{sheet['session']}　{session.topic}　讲师 {session.trainer.name}　{session.place}"
    )
    return write_table(
        f"签到表　{session.klass.title}", heads, rows, subtitle=where, footer=("班主任：",)
    )


def class_days(klass: TrainingClass) -> str:
    """2026年11月23日至25日."""
    if klass.first_day is None or klass.last_day is None:
        return "时间未定"
    return date_range_text(klass.first_day, klass.last_day)


def session_name(session: Session) -> str:
    """11月23日 周一上午."""
    day = session.day
    return f"{day.month}月{day.day}日 {weekday_name(day)}{session.get_half_display()}"


def _head(klass: TrainingClass, at: datetime) -> Sheet:
    return {
        "made_at": to_shanghai(at).isoformat(timespec="seconds"),
        "synthetic": klass.is_synthetic,
        "class_title": klass.title,
        "class_number": klass.number,
    }


def _fact(label: str, value: str) -> Fact:
    return {"label": label, "value": value}


def _posts(people: list[Enrolment]) -> dict[tuple[int, int], str]:
    jobs = Employment.objects.filter(person__in=[one.person_id for one in people], until=None)
    return {
        (job.person_id, job.organization_id): job.trade
        or code_name(System.OCCUPATION_ROLE, job.role)
        for job in jobs
    }


def _name(one: Enrolment, masked: bool) -> str:
    return mask_name(one.person.name) if masked else one.person.name


def _roster_row(
    no: int, one: Enrolment, posts: Mapping[tuple[int, int], str], masked: bool
) -> RosterRow:
    person = one.person
    return {
        "number": no,
        "name": _name(one, masked),
        "sex": SEXES[idnumber.parse(person.id_number).sex] if person.id_number else "",
        "id_masked": mask_id(person.id_number),
        "employer": one.organization.name,
        "post": posts.get((one.person_id, one.organization_id), ""),
        "phone_masked": mask_phone(person.phone),
    }


def _sign_in_row(no: int, one: Enrolment, came: Presence | None, masked: bool) -> SignInRow:
    left = came.out_at if came else None
    return {
        "number": no,
        "name": _name(one, masked),
        "id_tail": one.person.id_number[-4:],
        "employer": one.organization.name,
        "in_proof": _proof(came.proof) if came else "",
        "in_at": f"{to_shanghai(came.in_at):%H:%M}" if came else "",
        "out_proof": _proof(came.out_proof) if came and came.out_proof else "",
        "out_at": f"{to_shanghai(left):%H:%M}" if left else "",
    }


def _proof(proof: Proof) -> str:
    return str(proof.label)


def _score_figures(results: list[Result]) -> list[Figure]:
    people, passed = len(results), sum(result.passed for result in results)
    rate = f"{passed / people:.1%}" if people else "—"
    return [
        {"label": "学员", "value": f"{people} 人", "note": "花名册在列"},
        {"label": "合格", "value": rate, "note": f"{passed} / {people} 人，含补考"},
    ]


def _score_row(no: int, result: Result, certificate: str, masked: bool) -> ScoreRow:
    one = result.enrolment
    return {
        "number": no,
        "name": _name(one, masked),
        "id_masked": mask_id(one.person.id_number),
        "employer": one.organization.name,
        "hours": f"{result.hours.normalize():f}",
        "theory": "—" if result.theory_score is None else f"{result.theory_score.normalize():f}",
        "practical": "—" if result.practical_score is None else str(result.practical_score),
        "outcome": result.verdict,
        "certificate": certificate,
    }
