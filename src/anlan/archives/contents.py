"""What lies in a sealed archive: every document with its title, its path and its bytes.

What lies in clear carries masked names and numbers with the row of the roster. Full data of a
person is one encrypted record under the person's key; what shows many people at once (scans,
photos, films, material of unknown content) is encrypted under a key of the class.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from anlan.archives import papers
from anlan.archives.evidence import Evidence, ledger_file, reasons_of
from anlan.archives.models import Archive
from anlan.archives.notes import CLASS_NOTE, LEARNER_NOTE
from anlan.archives.personal import person_piece, person_pieces
from anlan.archives.pieces import Piece, as_json, stored
from anlan.archives.queries import learner_archives_of
from anlan.archives.report_parts import recordings_of
from anlan.archives.reports import evaluation_report
from anlan.classes import printed, sheets
from anlan.classes.models import Enrolment, TrainingClass
from anlan.classes.people import masked_list
from anlan.classes.queries import registers_of, rules_for, sessions_of
from anlan.classes.services.reviews import snapshot
from anlan.foundation.files.services import MEGABYTE
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.services import rfc3339
from anlan.lib.dates import local_date
from anlan.proofs.bag import plain_name
from anlan.proofs.parts import SUFFIX

LEARNER_RECORD = "personal/一人一档.pdf"


def class_pieces(evidence: Evidence, facts: papers.ClassFacts, *, at: datetime) -> list[Piece]:
    """一期一档, without its cover and its check sheet."""
    klass = evidence.klass
    return [
        *_application(klass),
        *_people(klass, facts, at),
        *_attendance(klass, at),
        *_results(klass, facts, at),
        *_report(klass),
        *_recordings(klass, at),
        *_certificates(klass, facts),
        *_attachments(klass),
        *person_pieces(evidence, facts),
        *_ledger(evidence, evidence.entries),
        Piece("说明.txt", "怎样核对本档案", CLASS_NOTE.encode()),
    ]


def learner_pieces(
    no: int, enrolment: Enrolment, evidence: Evidence, facts: papers.ClassFacts, *, at: datetime
) -> list[Piece]:
    """一人一档 of one learner in one class; `no` is the learner's row in the roster."""
    person = enrolment.person
    ref, own = str(person.uid), evidence.about(person)
    certificate = facts.certificates.get(enrolment.pk)
    record = papers.learner_record_pdf(enrolment, facts, own, at=at)
    pieces = [
        Piece(LEARNER_RECORD, "学习档案", record, ref),
        person_piece(no, no, enrolment, evidence, facts),
        *_ledger(evidence, own),
        Piece("说明.txt", "怎样核对本档案", LEARNER_NOTE.encode()),
    ]
    if certificate is not None and certificate.file is not None:
        path, file = "personal/培训合格证明.pdf", certificate.file
        pieces.append(stored(path, "培训合格证明", file, under=ref))
    return pieces


def _application(klass: TrainingClass) -> Iterator[Piece]:
    facts = {
        "number": klass.number,
        "provider": {"name": klass.provider.name, "uscc": klass.provider.uscc},
        "district": klass.district,
        "industry": klass.industry,
        "equipment": klass.equipment,
        "note": klass.note,
        "submitted_at": _moment(klass.submitted_at),
        "approved_at": _moment(klass.approved_at),
        "started_at": _moment(klass.started_at),
        "closed_at": _moment(klass.closed_at),
        **snapshot(klass),
    }
    reviews = [
        {
            "stage": review.stage,
            "decision": review.decision,
            "reason": review.reason,
            "application": review.snapshot,
            "by": review.by.name,
            "at": rfc3339(review.at),
        }
        for review in klass.reviews.select_related("by")
    ]
    changes = [
        {
            "kind": change.kind,
            "before": change.before,
            "after": change.after,
            "reason": change.reason,
            "status": change.status,
            "asked_by": change.asked_by.name,
            "asked_at": rfc3339(change.asked_at),
            "decided_by": change.decided_by.name if change.decided_by else "",
            "decided_at": _moment(change.decided_at),
            "decision_reason": change.decision_reason,
        }
        for change in klass.changes.select_related("asked_by", "decided_by")
    ]
    yield as_json("01-申请与审批/申请.json", "开班申请与课程表", facts)
    yield as_json("01-申请与审批/审批记录.json", "审批记录", reviews)
    yield as_json("01-申请与审批/变更记录.json", "变更记录", changes)


def _people(klass: TrainingClass, facts: papers.ClassFacts, at: datetime) -> Iterator[Piece]:
    yield Piece("02-花名册/花名册.pdf", "花名册", printed.roster_pdf(klass, at=at, masked=True))
    table = sheets.roster_sheet(klass, masked_list(klass, facts.results))
    yield Piece("02-花名册/花名册.xlsx", "花名册（表格）", table)


def _attendance(klass: TrainingClass, at: datetime) -> Iterator[Piece]:
    for session in sessions_of(klass):
        name = f"{session.day:%m%d}{session.get_half_display()}"
        title = f"{printed.session_name(session)}签到记录"
        sheet = printed.sign_in_sheet(session, at=at, filled=True, masked=True)
        yield Piece(f"03-签到/{name}-签到记录.pdf", title, printed.sign_in_pdf_of(sheet))
        table = printed.sign_in_xlsx_of(session, sheet)
        yield Piece(f"03-签到/{name}-签到记录.xlsx", f"{title}（表格）", table)
    for no, register in enumerate(registers_of(klass), start=1):
        for page, scan in enumerate(register.sheets.select_related("file"), start=1):
            path = f"03-签到/扫描件/{no:02d}-{page}{_suffix(scan.file.name)}"
            title = f"纸质签到表扫描件：{register.title}"
            yield stored(path, title, scan.file, under=klass.subject)


def _results(klass: TrainingClass, facts: papers.ClassFacts, at: datetime) -> Iterator[Piece]:
    numbers = {pk: one.number for pk, one in facts.certificates.items()}
    results = facts.results
    pdf = printed.score_pdf(klass, at=at, certificates=numbers, results=results, masked=True)
    yield Piece("04-考核/成绩册.pdf", "成绩册", pdf)
    table = sheets.score_sheet(klass, masked_list(klass, results), numbers, results)
    yield Piece("04-考核/成绩册.xlsx", "成绩册（表格）", table)
    for no, result in enumerate(results.values(), start=1):
        for trial in result.trials:
            photo = trial.practical.photo if trial.practical else None
            if photo is not None:
                path = f"04-考核/实操照片/{no:03d}-{trial.no}{_suffix(photo.name)}"
                title = f"实操照片：花名册第 {no} 人，第 {trial.no + 1} 次"
                yield stored(path, title, photo, under=klass.subject)


def _report(klass: TrainingClass) -> Iterator[Piece]:
    """The report without the reasons that name people, and what learners said of the class."""
    report = evaluation_report(klass)
    found = report["satisfaction"]
    yield as_json("05-满意度/满意度汇总.json", "满意度汇总（不含姓名）", found)
    pdf = papers.report_pdf_of(report, without=frozenset(reasons_of(klass).values()))
    yield Piece("07-评估/培训评估报告.pdf", "培训评估报告", pdf)


def _recordings(klass: TrainingClass, at: datetime) -> Iterator[Piece]:
    """Small films lie inside; a larger one, or one past its retention, is named with its hash.

    The segment list of a live recording shows nobody: it lies in clear.
    """
    most = rules_for(klass, local_date(at)).number("archive.recording_mb_max") * MEGABYTE
    listed = []
    for no, (session, one) in enumerate(recordings_of(klass), start=1):
        is_list = one.file.name.endswith(".json")
        path = f"06-录像/{no:02d}{_suffix(one.file.name)}"
        inside = one.file.size <= most and one.file.removed_at is None
        place = f"data/{path}{'' if is_list else SUFFIX}" if inside else ""
        listed.append(
            {
                "session": printed.session_name(session),
                "title": one.title,
                "starts_at": rfc3339(one.starts_at),
                "ends_at": rfc3339(one.ends_at),
                "sha256": one.file.sha256,
                "size": one.file.size,
                "path": place,
            }
        )
        if inside:
            title = f"录像：{printed.session_name(session)}　{one.title}"
            yield stored(path, title, one.file, under="" if is_list else klass.subject)
    yield as_json("06-录像/录像清单.json", "录像清单（每段有哈希）", listed)


def _certificates(klass: TrainingClass, facts: papers.ClassFacts) -> Iterator[Piece]:
    issued = [
        {
            "number": one.number,
            "issued_on": one.issued_on.isoformat(),
            "valid_until": one.valid_until.isoformat(),
            "status": one.status,
            "sha256": one.file.sha256 if one.file else "",
        }
        for one in facts.certificates.values()
    ]
    yield as_json("08-证明与一人一档/证明清单.json", "培训合格证明清单", issued)
    sealed = [_sealed(archive) for archive in learner_archives_of(klass)]
    yield as_json("08-证明与一人一档/一人一档清单.json", "一人一档清单（每份有封签）", sealed)


def _sealed(archive: Archive) -> dict[str, Any]:
    return {
        "archive": str(archive.uid),
        "version": archive.version,
        "seal": archive.manifest_sha256,
        "file_sha256": archive.file.sha256,
        "at": rfc3339(archive.at),
    }


def _attachments(klass: TrainingClass) -> Iterator[Piece]:
    for no, one in enumerate(klass.attachments.select_related("file"), start=1):
        path = f"09-其他材料/{no:02d}{_suffix(one.file.name)}"
        yield stored(path, one.title, one.file, under=klass.subject)


def _ledger(evidence: Evidence, entries: Sequence[Entry]) -> list[Piece]:
    receipts = evidence.bundle.file_for(entries)
    return [
        Piece("ledger.jsonl", f"台账 {len(entries)} 行，逐行有哈希", ledger_file(entries)),
        Piece("receipts.json", "台账各行在签名日志中的回执", receipts),
    ]


def _suffix(name: str) -> str:
    """The ending of an uploaded file's name; the name itself may say who is shown."""
    return plain_name(PurePosixPath(plain_name(name)).suffix.lower())[:12] if "." in name else ""


def _moment(at: datetime | None) -> str:
    return rfc3339(at) if at else ""
