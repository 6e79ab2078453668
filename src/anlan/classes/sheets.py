"""花名册, 签到表, 成绩册 and the class ledger as the xlsx that offices print and archives keep."""

from collections.abc import Iterable, Mapping

from anlan.attendance.queries import Presence, presences
from anlan.classes import queries
from anlan.classes.models import Closing, EnrolmentSource, Session, Status, TrainingClass
from anlan.classes.people import Learner
from anlan.classes.results import Result, results_of
from anlan.foundation.ui.formats import cn_time
from anlan.lib.dates import date_range_text, weekday_name
from anlan.lib.masking import mask_id, mask_phone
from anlan.lib.spreadsheets import Cell, write_table

SIGNED_BELOW = "班主任签字：　　　　　　　　　　日期：　　　　　　　　　　培训机构（盖章）："


def ledger_sheet(classes: Iterable[TrainingClass]) -> bytes:
    """The filtered ledger; `classes` carry `people` and their closing."""
    headers = ["班号", "班名", "培训机构", "行业", "区县", "首日", "末日", "名额", "在读", "状态"]
    return write_table("培训班台账", [*headers, "合格"], (_ledger_row(one) for one in classes))


def roster_sheet(klass: TrainingClass, learners: Iterable[Learner]) -> bytes:
    """花名册: who is in the class, sent by whom."""
    headers = ["序号", "姓名", "身份证号", "手机号", "单位", "来源", "备注"]
    rows: list[list[Cell]] = [
        [
            number,
            one.name,
            mask_id(one.enrolment.person.id_number),
            mask_phone(one.enrolment.person.phone),
            one.enrolment.organization.name,
            EnrolmentSource(one.enrolment.source).label,
            f"本年度同项目已参训：{one.before}" if one.before else "",
        ]
        for number, one in enumerate(learners, start=1)
    ]
    return _sheet(klass, "花名册", headers, rows)


def attendance_sheet(klass: TrainingClass, learners: Iterable[Learner]) -> bytes:
    """签到表: in and out of every half-day, the hours that they are worth."""
    sessions = list(queries.sessions_of(klass))
    signed = _signed(sessions)
    results = results_of(klass)
    headers = ["序号", "姓名", "单位", *(_short(session) for session in sessions), "学时"]
    rows: list[list[Cell]] = [
        [
            number,
            one.name,
            one.enrolment.organization.name,
            *(_in_out(signed.get((s.register_id, one.enrolment.person_id))) for s in sessions),
            results[one.enrolment.pk].hours,
        ]
        for number, one in enumerate(learners, start=1)
    ]
    return _sheet(klass, "签到表", headers, rows)


def score_sheet(
    klass: TrainingClass,
    learners: Iterable[Learner],
    certificates: Mapping[int, str] | None = None,
    results: Mapping[int, Result] | None = None,
) -> bytes:
    """成绩册: hours, theory, practical, make-ups, verdict.

    `certificates` is enrolment id → number, from the room that issues them.
    """
    results = results_of(klass) if results is None else results
    headers = ["序号", "姓名", "身份证号", "单位", "学时", "理论", "实操", "补考次数", "结论"]
    if certificates is not None:
        headers.append("证明编号")
    rows: list[list[Cell]] = []
    for number, one in enumerate(learners, start=1):
        result = results[one.enrolment.pk]
        rows.append(
            [
                number,
                one.name,
                mask_id(one.enrolment.person.id_number),
                one.enrolment.organization.name,
                result.hours,
                result.theory_score,
                result.practical_score,
                max(0, result.tries - 1),
                result.verdict,
            ]
        )
        if certificates is not None:
            rows[-1].append(certificates.get(one.enrolment.pk, ""))
    return _sheet(klass, "成绩册", headers, rows)


def _sheet(
    klass: TrainingClass, kind: str, headers: list[str], rows: Iterable[list[Cell]]
) -> bytes:
    when = (
        date_range_text(klass.first_day, klass.last_day)
        if klass.first_day and klass.last_day
        else "日期未定"
    )
    synthetic = "　演示数据" if klass.is_synthetic else ""
    return write_table(
        f"{klass.title}{kind}",
        headers,
        rows,
        subtitle=f"班号 {klass.number}　{klass.provider.name}　{when}{synthetic}",
        footer=[SIGNED_BELOW],
        sheet=kind,
    )


def _ledger_row(klass: TrainingClass) -> list[Cell]:
    closing = _closing(klass)
    return [
        klass.number,
        klass.title,
        klass.provider.name,
        klass.industry_name,
        klass.district_name,
        klass.first_day,
        klass.last_day,
        klass.quota,
        klass.people,  # type: ignore[attr-defined]
        klass.get_status_display(),
        f"{closing.passed}/{closing.enrolled}" if closing else "",
    ]


def _closing(klass: TrainingClass) -> Closing | None:
    return klass.closing if klass.status == Status.CLOSED else None


def _signed(sessions: list[Session]) -> dict[tuple[int | None, int], Presence]:
    registers = [session.register for session in sessions if session.register]
    return {
        (register_id, one.person_id): one
        for register_id, found in presences(registers).items()
        for one in found
    }


def _in_out(one: Presence | None) -> str:
    if one is None:
        return ""
    late = "（迟到）" if one.late else ""
    return f"{cn_time(one.in_at)}–{cn_time(one.out_at) if one.out_at else '未签退'}{late}"


def _short(session: Session) -> str:
    day = session.day
    return f"{day.month}月{day.day}日{weekday_name(day)}{session.get_half_display()}"
