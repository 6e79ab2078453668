"""Parts of the evaluation report: attendance by session, exams, evidence, discrepancies."""

from collections.abc import Iterator, Sequence

from anlan.archives.documents import (
    DiscrepancyLine,
    EvidenceLine,
    ExamLine,
    Fact,
    ScoreBand,
    SessionLine,
)
from anlan.attendance.models import Mark, MarkKind, Proof, Sheet
from anlan.attendance.queries import Presence, presences, shared_devices
from anlan.classes.models import Session, TrainingClass
from anlan.classes.printed import session_name
from anlan.classes.queries import registers_of, rules_for, sessions_of, subjects_of
from anlan.classes.results import Result
from anlan.courses.models import Mode
from anlan.foundation.ledger.queries import entries_of
from anlan.lib.dates import duration_text, local_date, moment_text
from anlan.lib.masking import mask_name
from anlan.recordings.models import Recording
from anlan.recordings.queries import covers

BANDS = ((90, 101, "90–100 分"), (80, 90, "80–89 分"), (70, 80, "70–79 分"), (60, 70, "60–69 分"))
LOWEST = "60 分以下"


def session_lines(klass: TrainingClass, enrolled: int) -> list[SessionLine]:
    """The timetable with who came; `enrolled` are expected at every half-day."""
    came = presences(registers_of(klass))
    return [
        _session_line(session, came.get(session.register_id or 0, []), enrolled)
        for session in sessions_of(klass)
    ]


def _session_line(session: Session, came: Sequence[Presence], enrolled: int) -> SessionLine:
    rate = f"{len(came) / enrolled * 100:.1f} %" if enrolled else "—"
    return {
        "when": session_name(session),
        "topic": session.topic,
        "trainer": session.trainer.name,
        "place": session.venue.name if session.venue else "线上",
        "hours": str(session.hours),
        "expected": enrolled,
        "signed_in": len(came),
        "signed_out": sum(one.out_at is not None for one in came),
        "by_supervisor": sum(one.proof != Proof.QR for one in came),
        "attendance_rate": rate,
    }


def theory_line(klass: TrainingClass, results: Sequence[Result]) -> ExamLine:
    """The theory exam: best scores, make-ups included."""
    day = klass.last_day or local_date(klass.created_at)
    ruling = rules_for(klass, day).ruling("exam.pass_mark")
    frozen = [sitting.pass_mark for result in results for sitting in result.sittings[:1]]
    mark = f"{frozen[0].normalize():f}" if frozen else str(ruling.value)
    return _exam(
        "理论考核",
        f"合格线 {mark} 分，依据：{ruling.clause}",
        [float(r.theory_score) for r in results if r.theory_score is not None],
        due=sum(bool(r.sittings) for r in results),
        passed=sum(r.theory_passed for r in results),
    )


def practical_line(results: Sequence[Result]) -> ExamLine:
    """The practical check: best scores, make-ups included."""
    lists = {check.checklist for result in results for check in result.practicals}
    rule = "；".join(
        f"{one.title}：合格线 {one.pass_mark} 分，关键项一票否决"
        + (f"，依据：{one.basis}" if one.basis else "")
        for one in sorted(lists, key=lambda one: one.title)
    )
    return _exam(
        "实操考核",
        rule or "未安排",
        [float(r.practical_score) for r in results if r.practical_score is not None],
        due=sum(bool(r.practicals) for r in results),
        passed=sum(r.practical_passed for r in results),
    )


def _exam(title: str, rule: str, scores: list[float], *, due: int, passed: int) -> ExamLine:
    spread = "—"
    if scores:
        spread = f"{sum(scores) / len(scores):.1f} / {max(scores):g} / {min(scores):g} 分"
    facts: list[Fact] = [
        {"label": "应考", "value": f"{due} 人"},
        {"label": "实考", "value": f"{len(scores)} 人"},
        {"label": "合格", "value": f"{passed} / {due} 人"},
        {"label": "平均 / 最高 / 最低", "value": spread},
    ]
    return {"title": title, "rule": rule, "facts": facts, "distribution": _bands(scores)}


def _bands(scores: list[float]) -> list[ScoreBand]:
    bands: list[ScoreBand] = [
        {"label": label, "count": sum(low <= score < high for score in scores)}
        for low, high, label in BANDS
    ]
    return [*bands, {"label": LOWEST, "count": sum(score < BANDS[-1][0] for score in scores)}]


def evidence(klass: TrainingClass, results: Sequence[Result]) -> list[EvidenceLine]:
    """What stands behind the figures; a hash where the evidence is a file."""
    photos = [p for result in results for p in result.practicals if p.photo_id]
    lines = entries_of(subjects_of(klass)).filter(at__lte=klass.closed_at).count()
    return [
        *_videos(klass),
        *_sheets(klass),
        *_attachments(klass),
        _kept("照片", "实操考核现场照片", f"{len(photos)} 张"),
        _kept("台账", "本班台账，逐行有哈希", f"{lines} 行"),
    ]


def recordings_of(klass: TrainingClass) -> list[tuple[Session, Recording]]:
    """Every recording with the half-day that it shows."""
    sessions = sessions_of(klass).prefetch_related("recordings__file")
    return [(session, one) for session in sessions for one in session.recordings.all()]


def _videos(klass: TrainingClass) -> Iterator[EvidenceLine]:
    for session, one in recordings_of(klass):
        length = duration_text(one.ends_at - one.starts_at)
        yield _kept("录像", f"{session_name(session)}　{one.title}", length, one.file.sha256)


def _sheets(klass: TrainingClass) -> Iterator[EvidenceLine]:
    found = Sheet.objects.filter(register__session__klass=klass)
    for sheet in found.select_related("file", "register").order_by("register__starts_at", "id"):
        name = f"{sheet.register.title}　纸质签到表"
        yield _kept("签到表", name, size_text(sheet.file.size), sheet.file.sha256)


def _attachments(klass: TrainingClass) -> Iterator[EvidenceLine]:
    for one in klass.attachments.select_related("file"):
        yield _kept("材料", one.title, size_text(one.file.size), one.file.sha256)


def _kept(kind: str, title: str, amount: str, sha256: str = "") -> EvidenceLine:
    return {"kind": kind, "title": title, "amount": amount, "sha256": sha256}


def size_text(size: int) -> str:
    """182 KB, 3.4 MB."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB"


def discrepancies(klass: TrainingClass) -> list[DiscrepancyLine]:
    """What does not go by itself: signed by another hand, one phone for several, gaps in films.

    Shared phones and gaps are questions, not verdicts; nobody has answered them here.
    """
    return [*_by_hand(klass), *_shared(klass), *_gaps(klass)]


def _by_hand(klass: TrainingClass) -> Iterator[DiscrepancyLine]:
    marks = Mark.objects.filter(register__session__klass=klass).exclude(proof=Proof.QR)
    for mark in marks.select_related("person", "by").order_by("at", "id"):
        yield {
            "when": moment_text(mark.at),
            "found": f"{mask_name(mark.person.name)} 的{MarkKind(mark.kind).label}由"
            f"{Proof(mark.proof).label}登记",
            "handled": mark.reason or "纸质签到表已归档",
            "by": mark.by.name if mark.by else "平台",
        }


def _shared(klass: TrainingClass) -> Iterator[DiscrepancyLine]:
    registers = {register.pk: register for register in registers_of(klass)}
    for shared in shared_devices(registers.values()):
        register = registers[shared.register_id]
        yield {
            "when": moment_text(register.starts_at),
            "found": f"同一台手机为 {len(shared.person_ids)} 人扫码",
            "handled": "记入台账，供抽查回访",
            "by": "平台",
        }


def _gaps(klass: TrainingClass) -> Iterator[DiscrepancyLine]:
    for session in sessions_of(klass).prefetch_related("recordings"):
        register, films = session.register, list(session.recordings.all())
        if register is None or session.mode != Mode.OFFLINE or not films:
            continue
        if not covers(films, register.starts_at, register.ends_at):
            yield {
                "when": moment_text(register.starts_at),
                "found": f"{session_name(session)}的录像没有覆盖全程",
                "handled": "记入报告，供抽查",
                "by": "平台",
            }
