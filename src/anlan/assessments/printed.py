"""纸质试卷 as a PDF: an answer sheet with boxes and a code, then the questions as drawn."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TypedDict

from anlan.assessments.models import PaperSheet, Sitting
from anlan.assessments.queries import questions_shown
from anlan.assessments.queries.sittings import ShownQuestion, kinds_of
from anlan.lib.dates import moment_range_text, to_shanghai
from anlan.lib.typeset import qr_svg, typeset

TEMPLATE = Path(__file__).resolve().parent / "typst" / "exam_paper.typ"


class Boxes(TypedDict):
    no: int
    letters: list[str]


class Group(TypedDict):
    label: str  # 单选题
    note: str  # 每题 4 分
    most: int  # the most options of a question of the group
    boxes: list[Boxes]


class Option(TypedDict):
    letter: str
    text: str


class Question(TypedDict):
    no: int
    kind: str
    stem: str
    options: list[Option]


class Paper(TypedDict):
    code: str
    qr_svg: str  # anlan:paper:<code>
    name: str
    id_tail: str  # the last four characters of the ID number
    minutes: int
    pass_mark: str
    window: str
    groups: list[Group]
    questions: list[Question]


class ExamPapers(TypedDict):
    made_at: str
    synthetic: bool
    title: str
    papers: list[Paper]


def exam_papers(sheets: Sequence[PaperSheet], *, at: datetime) -> ExamPapers:
    """Everything that is printed; the sheets are of one exam."""
    return {
        "made_at": to_shanghai(at).isoformat(timespec="seconds"),
        "synthetic": any(sheet.sitting.person.is_synthetic for sheet in sheets),
        "title": sheets[0].sitting.title,
        "papers": [_paper(sheet) for sheet in sheets],
    }


def exam_papers_pdf(sheets: Sequence[PaperSheet], *, at: datetime) -> bytes:
    return typeset(TEMPLATE, exam_papers(sheets, at=at))


def _paper(sheet: PaperSheet) -> Paper:
    sitting = sheet.sitting
    questions = questions_shown(sitting)
    return {
        "code": sheet.code,
        "qr_svg": qr_svg(f"anlan:paper:{sheet.code}"),
        "name": sitting.person.name,
        "id_tail": sitting.person.id_number[-4:],
        "minutes": sitting.minutes,
        "pass_mark": f"{sitting.pass_mark.normalize():f}",
        "window": moment_range_text(sitting.opens_at, sitting.closes_at),
        "groups": list(_groups(sitting, questions)),
        "questions": [_question(one) for one in questions],
    }


def _groups(sitting: Sitting, questions: Sequence[ShownQuestion]) -> Iterable[Group]:
    worth = {label: weight for label, _n, weight in kinds_of(sitting)}
    for label, group in groupby(questions, key=lambda one: one.kind_label):
        rows = list(group)
        yield {
            "label": label,
            "note": f"每题 {worth.get(label, 1):g} 分" + ("，可选多项" if rows[0].many else ""),
            "most": max(len(one.options) for one in rows),
            "boxes": [{"no": one.no, "letters": [o.letter for o in one.options]} for one in rows],
        }


def _question(one: ShownQuestion) -> Question:
    return {
        "no": one.no,
        "kind": one.kind_label,
        "stem": one.stem,
        "options": [{"letter": o.letter, "text": o.text} for o in one.options],
    }
