"""What lies in a sealed archive: every document with its title, its path and its bytes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from anlan.archives import evidence, papers
from anlan.archives.documents import ContentLine
from anlan.archives.models import Archive
from anlan.archives.queries import certificates_in, last_version, learner_archives_of
from anlan.archives.report_parts import recordings_of, size_text
from anlan.archives.reports import evaluation_report
from anlan.classes import printed, sheets
from anlan.classes.models import Enrolment, TrainingClass
from anlan.classes.people import whole_list
from anlan.classes.queries import registers_of, rules_for, sessions_of
from anlan.classes.results import results_of
from anlan.classes.services.reviews import snapshot
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import MEGABYTE
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.services import rfc3339
from anlan.identity.models import Person
from anlan.lib.dates import local_date
from anlan.proofs.bag import plain_name


@dataclass(frozen=True)
class Piece:
    """One file of an archive; a path on disk is copied without being held in memory."""

    path: str
    title: str
    content: bytes | Path

    @property
    def size(self) -> int:
        return self.content.stat().st_size if isinstance(self.content, Path) else len(self.content)

    @property
    def line(self) -> ContentLine:
        return {"title": self.title, "path": f"data/{self.path}", "size": size_text(self.size)}


def class_pieces(klass: TrainingClass, *, at: datetime) -> list[Piece]:
    """一期一档, with its cover in front."""
    pieces = [
        *_application(klass),
        *_people(klass, at),
        *_attendance(klass, at),
        *_results(klass, at),
        *_satisfaction(klass),
        *_recordings(klass, at),
        Piece("07-评估/培训评估报告.pdf", "培训评估报告", papers.report_pdf(klass)),
        *_certificates(klass),
        *_attachments(klass),
        *_ledger(klass),
        Piece("说明.txt", "怎样核对本档案", CLASS_NOTE.encode()),
    ]
    version = last_version(klass) + 1
    cover = papers.class_cover_pdf(klass, [p.line for p in pieces], version=version, at=at)
    return [Piece("00-封面与目录.pdf", "封面与目录", cover), *pieces]


def learner_pieces(
    enrolment: Enrolment, facts: papers.ClassFacts, entries: Sequence[Entry], *, at: datetime
) -> list[Piece]:
    """一人一档 of one learner in one class; `entries` are the class's, the learner's are picked."""
    person = enrolment.person
    ref = str(person.uid)
    own = [entry for entry in entries if entry.about is not None and entry.about.ref == ref]
    reasons = evidence.reasons_of(enrolment.klass, person)
    certificate = facts.certificates.get(enrolment.pk)
    pieces = [
        Piece(
            "一人一档.pdf",
            "学习档案",
            papers.learner_record_pdf(enrolment, facts, own, at=at),
        ),
        *_ledger_pieces(own, {ref: person}, reasons),
        Piece("说明.txt", "怎样核对本档案", LEARNER_NOTE.encode()),
    ]
    if certificate is not None and certificate.file is not None:
        pieces.append(_stored("培训合格证明.pdf", "培训合格证明", certificate.file))
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
    yield _json("01-申请与审批/申请.json", "开班申请与课程表", facts)
    yield _json("01-申请与审批/审批记录.json", "审批记录", reviews)
    yield _json("01-申请与审批/变更记录.json", "变更记录", changes)


def _people(klass: TrainingClass, at: datetime) -> Iterator[Piece]:
    yield Piece("02-花名册/花名册.pdf", "花名册", printed.roster_pdf(klass, at=at))
    yield Piece(
        "02-花名册/花名册.xlsx", "花名册（表格）", sheets.roster_sheet(klass, whole_list(klass))
    )


def _attendance(klass: TrainingClass, at: datetime) -> Iterator[Piece]:
    for session in sessions_of(klass):
        name = f"{session.day:%m%d}{session.get_half_display()}"
        title = f"{printed.session_name(session)}签到记录"
        pdf = printed.sign_in_pdf(session, at=at, filled=True)
        yield Piece(f"03-签到/{name}-签到记录.pdf", title, pdf)
        table = printed.sign_in_xlsx(session, at=at, filled=True)
        yield Piece(f"03-签到/{name}-签到记录.xlsx", f"{title}（表格）", table)
    for no, register in enumerate(registers_of(klass), start=1):
        for page, sheet in enumerate(register.sheets.select_related("file"), start=1):
            path = f"03-签到/扫描件/{no:02d}-{page}-{plain_name(sheet.file.name)}"
            yield _stored(path, f"纸质签到表扫描件：{register.title}", sheet.file)


def _results(klass: TrainingClass, at: datetime) -> Iterator[Piece]:
    numbers = {one.enrolment_id: one.number for one in certificates_in(klass)}
    pdf = printed.score_pdf(klass, at=at, certificates=numbers)
    yield Piece("04-考核/成绩册.pdf", "成绩册", pdf)
    table = sheets.score_sheet(klass, whole_list(klass), numbers)
    yield Piece("04-考核/成绩册.xlsx", "成绩册（表格）", table)
    for no, result in enumerate(results_of(klass).values(), start=1):
        for trial in result.trials:
            photo = trial.practical.photo if trial.practical else None
            if photo is not None:
                suffix = PurePosixPath(plain_name(photo.name)).suffix
                path = f"04-考核/实操照片/{no:03d}-{trial.no}{suffix}"
                yield _stored(path, f"实操照片：花名册第 {no} 人，第 {trial.no + 1} 次", photo)


def _satisfaction(klass: TrainingClass) -> Iterator[Piece]:
    found = evaluation_report(klass)["satisfaction"]
    yield _json("05-满意度/满意度汇总.json", "满意度汇总（不含姓名）", found)


def _recordings(klass: TrainingClass, at: datetime) -> Iterator[Piece]:
    """Small films lie inside; a larger one is named with its hash and stays in the file store."""
    most = rules_for(klass, local_date(at)).number("archive.recording_mb_max") * MEGABYTE
    listed = []
    for no, (session, one) in enumerate(recordings_of(klass), start=1):
        path = f"06-录像/{no:02d}-{plain_name(one.file.name)}"
        inside = one.file.size <= most
        listed.append(
            {
                "session": printed.session_name(session),
                "title": one.title,
                "starts_at": rfc3339(one.starts_at),
                "ends_at": rfc3339(one.ends_at),
                "sha256": one.file.sha256,
                "size": one.file.size,
                "path": f"data/{path}" if inside else "",
            }
        )
        if inside:
            yield _stored(path, f"录像：{printed.session_name(session)}　{one.title}", one.file)
    yield _json("06-录像/录像清单.json", "录像清单（每段有哈希）", listed)


def _certificates(klass: TrainingClass) -> Iterator[Piece]:
    issued = [
        {
            "number": one.number,
            "issued_on": one.issued_on.isoformat(),
            "valid_until": one.valid_until.isoformat(),
            "status": one.status,
            "sha256": one.file.sha256 if one.file else "",
        }
        for one in certificates_in(klass)
    ]
    yield _json("08-证明与一人一档/证明清单.json", "培训合格证明清单", issued)
    sealed = [_sealed(archive) for archive in learner_archives_of(klass)]
    yield _json("08-证明与一人一档/一人一档清单.json", "一人一档清单（每份有封签）", sealed)


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
        path = f"09-其他材料/{no:02d}-{plain_name(one.file.name)}"
        yield _stored(path, one.title, one.file)


def _ledger(klass: TrainingClass) -> list[Piece]:
    entries = evidence.class_entries(klass)
    return _ledger_pieces(entries, evidence.persons_of(klass), evidence.reasons_of(klass))


def _ledger_pieces(
    entries: Sequence[Entry], persons: Mapping[str, Person], reasons: evidence.Reasons
) -> list[Piece]:
    opened = evidence.opened_file(entries, persons, reasons)
    return [
        Piece("ledger.jsonl", f"台账 {len(entries)} 行，逐行有哈希", evidence.ledger_file(entries)),
        Piece("openings.json", "台账中个人信息承诺的打开值", opened),
    ]


def _json(path: str, title: str, value: Any) -> Piece:
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
    return Piece(path, title, text.encode() + b"\n")


def _stored(path: str, title: str, file: StoredFile) -> Piece:
    return Piece(path, title, file.path)


def _moment(at: datetime | None) -> str:
    return rfc3339(at) if at else ""


CHECKING = """核对方法（不需要登录平台）：
1. 安装了安澜的电脑：anlan verify 本文件
2. 任何电脑：解压后在 archive 文件夹中运行
   sha256sum -c tagmanifest-sha256.txt
   sha256sum -c manifest-sha256.txt
   sha256sum tagmanifest-sha256.txt
   最后一行是封签，应与平台公布的封签一致。

ledger.jsonl 是台账：每行一条记录，可以重新计算哈希。
openings.json 是台账里个人信息承诺的盐值和原值：没有它，台账不显示任何人的姓名。
"""
PERSONAL = "本档案含姓名、身份证号等个人信息，请妥善保管，不得公开或转给无关的人。\n"
CLASS_NOTE = f"一期一档\n\n{PERSONAL}\n{CHECKING}"
LEARNER_NOTE = f"一人一档\n\n{PERSONAL}\n{CHECKING}"
