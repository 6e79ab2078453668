"""What the archive's templates print. Every text is ready to be read: dates, masks, units.

`made_at` is ISO 8601 with its offset and becomes the PDF's own date.
"""

from typing import TypedDict


class Fact(TypedDict):
    label: str
    value: str


class Figure(TypedDict):
    label: str
    value: str  # 95.0 %
    note: str  # 38 / 40 人


class Printed(TypedDict):
    made_at: str
    synthetic: bool


class Certificate(Printed):
    number: str
    name: str
    id_masked: str
    class_title: str
    class_number: str
    hours: str
    dates: str
    provider: str
    results: list[Fact]
    issuer: str
    issued_on: str
    valid_until: str  # empty if it does not expire
    verify_url: str
    qr_svg: str  # of verify_url


class SessionLine(TypedDict):
    when: str
    topic: str
    trainer: str
    place: str
    hours: str
    expected: int
    signed_in: int
    signed_out: int
    by_supervisor: int
    attendance_rate: str


class ScoreBand(TypedDict):
    label: str
    count: int


class ExamLine(TypedDict):
    title: str
    rule: str  # pass mark and the clause it rests on
    facts: list[Fact]
    distribution: list[ScoreBand]


class MakeUpLine(TypedDict):
    learner: str
    reason: str
    when: str
    place: str
    result: str


class Rating(TypedDict):
    label: str
    average: str
    of: str


class Satisfaction(TypedDict):
    asked: int
    answers: int
    questions: list[Rating]
    remarks: list[str]


class EvidenceLine(TypedDict):
    kind: str
    title: str
    amount: str
    sha256: str  # empty if the evidence is no file


class DiscrepancyLine(TypedDict):
    when: str
    found: str
    handled: str
    by: str


class EvaluationReport(Printed):
    class_title: str
    class_number: str
    figures: list[Figure]
    summary: list[str]
    facts: list[Fact]
    sessions: list[SessionLine]
    exams: list[ExamLine]
    makeups: list[MakeUpLine]
    satisfaction: Satisfaction
    evidence: list[EvidenceLine]
    discrepancies: list[DiscrepancyLine]
    signatures: list[Fact]  # role and, if known, name


class ContentLine(TypedDict):
    title: str
    path: str
    size: str


class ReviewLine(TypedDict):
    when: str
    step: str
    outcome: str
    reason: str
    by: str


class ChangeLine(TypedDict):
    when: str
    what: str
    before: str
    after: str
    reason: str
    by: str


class ClassCover(Printed):
    class_title: str
    class_number: str
    provider: str
    sealed_at: str
    facts: list[Fact]
    contents: list[ContentLine]
    reviews: list[ReviewLine]
    changes: list[ChangeLine]


class AttendanceLine(TypedDict):
    when: str
    signed_in: str
    signed_out: str
    proof: str
    hours: str


class ResultLine(TypedDict):
    title: str
    when: str
    score: str
    outcome: str


class LearnerClass(TypedDict):
    title: str
    number: str
    provider: str
    dates: str
    hours: str
    attendance: list[AttendanceLine]
    results: list[ResultLine]


class CertificateLine(TypedDict):
    number: str
    title: str
    issued_on: str
    status: str


class LedgerLine(TypedDict):
    when: str
    text: str
    hash: str


class LearnerRecord(Printed):
    name: str
    id_masked: str
    facts: list[Fact]
    classes: list[LearnerClass]
    certificates: list[CertificateLine]
    ledger: list[LedgerLine]


class CheckLine(TypedDict):
    item: str
    method: str
    result: str  # 通过, 未通过, 未检测
    evidence: str


class CheckGroup(TypedDict):
    nature: str  # 真实性
    lines: list[CheckLine]


class CheckSheet(Printed):
    class_title: str
    class_number: str
    facts: list[Fact]
    summary: str
    groups: list[CheckGroup]


class PaperLine(TypedDict):
    title: str
    pages: str  # 5–8


class PaperCover(Printed):
    class_title: str
    class_number: str
    facts: list[Fact]
    seal: str
    verify_url: str
    qr_svg: str  # of verify_url
    contents: list[PaperLine]
    reviews: list[ReviewLine]
    changes: list[ChangeLine]


class PageSize(TypedDict):
    width: float  # mm
    height: float


class PaperStamp(Printed):
    number: str
    pages: list[PageSize]
