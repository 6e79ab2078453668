"""What certificate, cover and learner record print, gathered from the records."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings

from anlan.archives import documents
from anlan.archives.models import Certificate
from anlan.archives.queries import certificates_in, is_synthetic, standing, standing_label
from anlan.archives.reports import evaluation_report, fact
from anlan.attendance.queries import Presence, earned, presences
from anlan.classes.models import (
    ChangeKind,
    ChangeRequest,
    ChangeStatus,
    Decision,
    Enrolment,
    Review,
    Session,
    Stage,
    TrainingClass,
)
from anlan.classes.printed import class_days, session_name
from anlan.classes.queries import registers_of, sessions_of
from anlan.classes.results import Result, results_of
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.queries import sentence
from anlan.lib.dates import date_text, local_date, moment_text, to_shanghai
from anlan.lib.masking import mask_id, mask_phone
from anlan.lib.typeset import qr_svg, typeset
from anlan.proofs.certificate import FACTS

TEMPLATES = Path(__file__).resolve().parent / "typst"
REASON_KEPT = "理由见当事人的加密记录"


def verify_url(number: str) -> str:
    """Where anybody checks a certificate."""
    return f"{settings.ANLAN_PUBLIC_URL.rstrip('/')}/c/{number}"


def issuer(synthetic: bool) -> str:
    """Who issues: the city's own office, said to be a demonstration where the class is one."""
    return f"{settings.ANLAN_CITY}人力资源和社会保障局" + ("（演示）" if synthetic else "")


def certificate_pdf(certificate: Certificate, *, at: datetime) -> bytes:
    return typeset(TEMPLATES / "certificate.typ", certificate_paper(certificate, at=at))


def certificate_facts(certificate: Certificate, *, version: int) -> dict[str, object]:
    """What the signature bears for machines: no more than the printed page shows."""
    one = certificate.enrolment
    synthetic = is_synthetic(certificate)
    return {
        "format": FACTS,
        "number": certificate.number,
        "version": version,
        "name": one.person.name,
        "class": one.klass.title,
        "class_number": one.klass.number,
        "provider": one.klass.provider.name,
        "hours": certificate.hours,
        "issuer": issuer(synthetic),
        "issued_on": certificate.issued_on.isoformat(),
        "valid_until": certificate.valid_until.isoformat(),
        "url": verify_url(certificate.number),
        "synthetic": synthetic,
    }


def report_pdf(klass: TrainingClass) -> bytes:
    return report_pdf_of(evaluation_report(klass))


def report_pdf_of(report: documents.EvaluationReport, *, without: Collection[str] = ()) -> bytes:
    """`without`: words that name people and stay out of what an archive shows in clear."""
    lines = [
        {**one, "handled": REASON_KEPT} if one["handled"] in without else one
        for one in report["discrepancies"]
    ]
    return typeset(TEMPLATES / "report.typ", {**report, "discrepancies": lines})


def certificate_paper(certificate: Certificate, *, at: datetime) -> documents.Certificate:
    one = certificate.enrolment
    synthetic = is_synthetic(certificate)
    url = verify_url(certificate.number)
    return {
        "made_at": to_shanghai(at).isoformat(timespec="seconds"),
        "synthetic": synthetic,
        "number": certificate.number,
        "name": one.person.name,
        "id_masked": mask_id(one.person.id_number),
        "class_title": one.klass.title,
        "class_number": one.klass.number,
        "hours": str(certificate.hours),
        "dates": class_days(one.klass),
        "provider": one.klass.provider.name,
        "results": _certified(certificate),
        "issuer": issuer(synthetic),
        "issued_on": date_text(certificate.issued_on),
        "valid_until": date_text(certificate.valid_until),
        "verify_url": url,
        "qr_svg": qr_svg(url),
    }


def _certified(certificate: Certificate) -> list[documents.Fact]:
    theory, practical = certificate.theory_score, certificate.practical_score
    return [
        fact("理论考核", "合格" if theory is None else f"{theory.normalize():f} 分，合格"),
        fact("实操考核", "合格" if practical is None else f"{practical} 分，合格"),
        fact("认定学时", f"{certificate.hours} 学时"),
    ]


def class_cover_pdf(
    klass: TrainingClass,
    contents: Sequence[documents.ContentLine],
    *,
    version: int,
    until: date,
    at: datetime,
) -> bytes:
    cover = class_cover(klass, contents, version=version, until=until, at=at)
    return typeset(TEMPLATES / "class_cover.typ", cover)


def class_cover(
    klass: TrainingClass,
    contents: Sequence[documents.ContentLine],
    *,
    version: int,
    until: date,
    at: datetime,
) -> documents.ClassCover:
    closing = klass.closing
    reviews = klass.reviews.select_related("by")
    changes = klass.changes.select_related("decided_by", "asked_by", "session")
    return {
        "made_at": to_shanghai(at).isoformat(timespec="seconds"),
        "synthetic": klass.is_synthetic,
        "class_title": klass.title,
        "class_number": klass.number,
        "provider": klass.provider.name,
        "sealed_at": f"{moment_text(at)}（第 {version} 版）",
        "facts": [
            fact("举办单位", klass.provider.name),
            fact("所属项目", klass.project.title),
            fact("时间", class_days(klass)),
            fact(
                "参训与合格",
                f"{closing.enrolled} 人参训，{closing.passed} 人合格"
                f"（含补考 {closing.made_up} 人）",
            ),
            fact("保管期限", f"至 {date_text(until)}，此后销毁个人信息的钥匙"),
            fact("知悉范围", "姓名、证件号已脱敏；加密部分限监管部门与举办单位班主任凭钥匙开封"),
        ],
        "contents": list(contents),
        "reviews": [_review_line(review) for review in reviews],
        "changes": [_change_line(change) for change in changes],
    }


def check_sheet_pdf(
    klass: TrainingClass,
    checks: Sequence[Mapping[str, str]],
    summary: str,
    facts: Sequence[documents.Fact],
    *,
    at: datetime,
) -> bytes:
    """四性检测表; `checks` are the lines of `quality.sheet`, in order."""
    groups: dict[str, list[documents.CheckLine]] = {}
    for one in checks:
        line: documents.CheckLine = {
            "item": one["item"],
            "method": one["method"],
            "result": one["result"],
            "evidence": one["evidence"],
        }
        groups.setdefault(one["nature"], []).append(line)
    sheet: documents.CheckSheet = {
        "made_at": to_shanghai(at).isoformat(timespec="seconds"),
        "synthetic": klass.is_synthetic,
        "class_title": klass.title,
        "class_number": klass.number,
        "facts": list(facts),
        "summary": summary,
        "groups": [{"nature": nature, "lines": lines} for nature, lines in groups.items()],
    }
    return typeset(TEMPLATES / "check_sheet.typ", sheet)


def _review_line(review: Review) -> documents.ReviewLine:
    return {
        "when": moment_text(review.at),
        "step": str(Stage(review.stage).label),
        "outcome": str(Decision(review.decision).label),
        "reason": review.reason,
        "by": review.by.name,
    }


def _change_line(change: ChangeRequest) -> documents.ChangeLine:
    before = change.before
    was = f"{before.get('day', '')} {before.get('trainer_name', '')} {before.get('place', '')}"
    decided = ChangeStatus(change.status).label
    return {
        "when": moment_text(change.asked_at),
        "what": str(ChangeKind(change.kind).label),
        "before": was.strip() or "—",
        "after": _after(change),
        "reason": change.reason,
        "by": f"{change.decided_by.name if change.decided_by else '—'}（{decided}）",
    }


def _after(change: ChangeRequest) -> str:
    if change.session is None:
        return "取消开班"
    session = change.session
    return {
        ChangeKind.RESCHEDULE: f"{change.after.get('day', '')} {change.after.get('half', '')}",
        ChangeKind.TRAINER: session.trainer.name,
        ChangeKind.VENUE: session.place,
    }.get(ChangeKind(change.kind), "")


@dataclass(frozen=True)
class ClassFacts:
    """What the learner records of one class share, read once for all of them."""

    sessions: Sequence[Session]
    results: Mapping[int, Result]
    came: Mapping[tuple[int, int], Presence]
    certificates: Mapping[int, Certificate]


def class_facts(klass: TrainingClass) -> ClassFacts:
    """Results and certificates by enrolment id, presences by (register id, person id)."""
    return ClassFacts(
        sessions=list(sessions_of(klass)),
        results=results_of(klass),
        came={
            (register, one.person_id): one
            for register, people in presences(registers_of(klass)).items()
            for one in people
        },
        certificates={one.enrolment_id: one for one in certificates_in(klass)},
    )


def learner_record_pdf(
    enrolment: Enrolment, facts: ClassFacts, ledger: Sequence[Entry], *, at: datetime
) -> bytes:
    record = learner_record(enrolment, facts, ledger, at=at)
    return typeset(TEMPLATES / "learner_record.typ", record)


def learner_record(
    enrolment: Enrolment, facts: ClassFacts, ledger: Sequence[Entry], *, at: datetime
) -> documents.LearnerRecord:
    """One learner in one class."""
    person, klass = enrolment.person, enrolment.klass
    result = facts.results[enrolment.pk]
    certificate = facts.certificates.get(enrolment.pk)
    return {
        "made_at": to_shanghai(at).isoformat(timespec="seconds"),
        "synthetic": person.is_synthetic or klass.is_synthetic,
        "name": person.name,
        "id_masked": mask_id(person.id_number),
        "facts": [
            fact("单位", enrolment.organization.name),
            fact("手机", mask_phone(person.phone) or "—"),
            fact("认定学时", f"{result.hours.normalize():f} / {result.hours_planned} 学时"),
            fact("结论", result.verdict),
        ],
        "classes": [learner_class(enrolment, facts)],
        "certificates": [_certificate_line(certificate, at)] if certificate else [],
        "ledger": [_ledger_line(entry) for entry in ledger],
    }


def learner_class(enrolment: Enrolment, facts: ClassFacts) -> documents.LearnerClass:
    klass = enrolment.klass
    result = facts.results[enrolment.pk]
    return {
        "title": klass.title,
        "number": klass.number,
        "provider": klass.provider.name,
        "dates": class_days(klass),
        "hours": f"{result.hours.normalize():f}",
        "attendance": [
            _attendance_line(
                session, facts.came.get((session.register_id or 0, enrolment.person_id))
            )
            for session in facts.sessions
        ],
        "results": _result_lines(result),
    }


def _attendance_line(session: Session, came: Presence | None) -> documents.AttendanceLine:
    if came is None or session.register is None:
        return {
            "when": session_name(session),
            "signed_in": "—",
            "signed_out": "—",
            "proof": "未到",
            "hours": "0",
        }
    return {
        "when": session_name(session),
        "signed_in": f"{to_shanghai(came.in_at):%H:%M}" + ("（迟到）" if came.late else ""),
        "signed_out": f"{to_shanghai(came.out_at):%H:%M}" if came.out_at else "—",
        "proof": str(came.proof.label),
        "hours": f"{earned(session.register, came).normalize():f}",
    }


def _ledger_line(entry: Entry) -> documents.LedgerLine:
    return {
        "when": moment_text(entry.at),
        "text": sentence(entry.verb, json.loads(entry.leaf)["data"]),
        "hash": bytes(entry.leaf_hash).hex(),
    }


def _result_lines(result: Result) -> list[documents.ResultLine]:
    lines: list[documents.ResultLine] = []
    for trial in result.trials:
        again = f"（补考 {trial.no}）" if trial.no else ""
        if sitting := trial.sitting:
            at = sitting.submitted_at or sitting.opens_at
            score = "—" if sitting.score is None else f"{sitting.score.normalize():f} 分"
            lines.append(_result_line(f"理论考核{again}", at, score, sitting.passed))
        if check := trial.practical:
            score = "—" if check.score is None else f"{check.score} 分"
            lines.append(
                _result_line(f"实操考核{again}", check.at or check.opens_at, score, check.passed)
            )
    return lines


def _result_line(title: str, at: datetime, score: str, passed: bool | None) -> documents.ResultLine:
    outcome = "未参加" if passed is None else "合格" if passed else "不合格"
    return {"title": title, "when": moment_text(at), "score": score, "outcome": outcome}


def _certificate_line(one: Certificate, at: datetime) -> documents.CertificateLine:
    return {
        "number": one.number,
        "title": one.enrolment.klass.title,
        "issued_on": date_text(one.issued_on),
        "status": standing_label(standing(one, local_date(at))),
    }
