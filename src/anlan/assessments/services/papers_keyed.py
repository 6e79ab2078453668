"""A sitting on paper: printed, scanned, keyed in by two people, graded like any other.

Nobody keys in alone: what is graded was read alike by two people, or they differed and somebody
decided each difference against the scan.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from anlan.assessments.lines import digest, sitting_line
from anlan.assessments.models import (
    EventKind,
    Item,
    ItemKind,
    PaperKeying,
    PaperSheet,
    Sitting,
    SittingStatus,
)
from anlan.assessments.queries.assisted import Answers, PaperStep, differences, paper_step
from anlan.assessments.queries.reviews import rules_of
from anlan.assessments.services.events import note_event
from anlan.assessments.services.reviews import flag
from anlan.assessments.services.starting import prepare_sitting
from anlan.assessments.services.submission import submit_sitting
from anlan.assessments.states import SITTING_STEPS
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import TimeSource
from anlan.foundation.ledger.services import record_many
from anlan.lib.dates import moment_text
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.lib.states import advance

SCAN_ENDINGS = (".pdf", ".jpg", ".jpeg", ".png")
SCAN_MB = 20
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that reads like something else


@transaction.atomic
def print_papers(sittings: Iterable[Sitting], *, by: User, at: datetime) -> list[PaperSheet]:
    """Draw and print; printing again gives the same paper under the same code."""
    sheets = []
    for sitting in sittings:
        found = PaperSheet.objects.filter(sitting=sitting, withdrawn_at__isnull=True).first()
        sheets.append(found or _printed(sitting, by, at))
    return sheets


def _printed(sitting: Sitting, by: User, at: datetime) -> PaperSheet:
    _require_printable(sitting, at)
    prepare_sitting(sitting)
    advance(sitting, SittingStatus.ON_PAPER, SITTING_STEPS)
    code = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    sheet = PaperSheet.objects.create(sitting=sitting, code=code, printed_by=by, printed_at=at)
    note_event(sitting, EventKind.ON_PAPER, at=at, client=f"paper:{code}")
    paper = digest(sitting.questions)
    record_many([sitting_line(sitting, "paper_printed", by, at, code=code, paper=paper)])
    return sheet


@transaction.atomic
def withdraw_paper(sheet: PaperSheet, *, reason: str, by: User, at: datetime) -> None:
    """Nobody sat it: the sitting is as before, and draws other questions than those printed."""
    _hold(sheet)
    if sheet.scan_id or sheet.withdrawn_at:
        raise NotAllowed("答卷已经扫描归档，不能收回。", "请按扫描件录入。")
    if not reason.strip():
        raise BadInput("请写明收回的原因。", "例如：学员改用手机考试；学员没有到场。")
    sitting = sheet.sitting
    seen = [question["item"] for question in sitting.questions]
    avoid = [*sitting.avoid, *seen]
    advance(sitting, SittingStatus.READY, SITTING_STEPS, questions=[], paper="", avoid=avoid)
    sheet.withdrawn_at = at
    sheet.save(update_fields=["withdrawn_at"])
    line = sitting_line(sitting, "paper_withdrawn", by, at, code=sheet.code, reason=reason[:200])
    record_many([line])


@transaction.atomic
def file_scan(
    sheet: PaperSheet,
    file: StoredFile,
    *,
    began_at: datetime,
    handed_at: datetime,
    by: User,
    at: datetime,
) -> PaperSheet:
    """The scan of the answer sheet, and the two times that are written on it."""
    _hold(sheet)
    if paper_step(sheet) != PaperStep.PRINTED:
        raise NotAllowed(f"这份试卷{paper_step(sheet).label}，不能再换扫描件。", "请刷新页面。")
    _check_times(sheet.sitting, began_at, handed_at, at)
    sheet.scan, sheet.scanned_by = file, by
    sheet.began_at, sheet.handed_at = began_at, handed_at
    sheet.save(update_fields=["scan", "scanned_by", "began_at", "handed_at"])
    scan = f"sha256:{file.sha256}"
    record_many(
        [
            replace(
                sitting_line(sheet.sitting, "paper_handed_in", by, handed_at, scan=scan),
                time_source=TimeSource.PAPER,
            )
        ]
    )
    return sheet


@transaction.atomic
def key_in(
    sheet: PaperSheet, answers: Mapping[str, Sequence[int]], *, by: User, at: datetime
) -> PaperSheet:
    """Read the answer sheet. The first of two changes nothing; two that agree are graded."""
    _hold(sheet)
    _require_keyable(sheet, by)
    read = _clean(sheet.sitting, answers)
    no = sheet.keyings.count() + 1
    PaperKeying.objects.create(sheet=sheet, no=no, answers=read, by=by, at=at)
    line = sitting_line(sheet.sitting, "paper_keyed", by, at, no=str(no), answers=digest(read))
    record_many([line])
    if no == 2 and not differences(sheet):
        _settle(sheet, read, by, at)
    return sheet


@transaction.atomic
def decide_differences(
    sheet: PaperSheet, chosen: Mapping[str, Sequence[int]], *, by: User, at: datetime
) -> PaperSheet:
    """Say for each question that was read differently what the scan shows; then it is graded."""
    _hold(sheet)
    _refuse_the_learner(sheet, by)
    if paper_step(sheet) != PaperStep.DIFFERENT:
        raise NotAllowed(f"这份试卷{paper_step(sheet).label}，没有要裁定的差异。", "请刷新页面。")
    wanted = {str(one.no) for one in differences(sheet)}
    if missing := sorted(wanted - set(chosen), key=int):
        raise BadInput(f"第 {'、'.join(missing)} 题还没有裁定。", "请对照扫描件逐题选择。")
    agreed: Answers = sheet.keyings.all()[0].answers
    decided = _clean(sheet.sitting, {no: chosen[no] for no in wanted}, only=wanted)
    _settle(sheet, agreed | decided, by, at)
    return sheet


def _settle(sheet: PaperSheet, answers: Answers, by: User, at: datetime) -> None:
    """Start and hand in at the times on the paper, graded as every sitting is."""
    sitting, began, handed = sheet.sitting, sheet.began_at, sheet.handed_at
    if began is None or handed is None or sheet.scan is None:
        raise NotAllowed("还没有归档扫描件。", "请先上传答卷扫描件。")
    sheet.settled, sheet.settled_by, sheet.settled_at = answers, by, at
    sheet.save(update_fields=["settled", "settled_by", "settled_at"])
    advance(
        sitting,
        SittingStatus.STARTED,
        SITTING_STEPS,
        started_at=began,
        deadline=handed,
        device=f"paper:{sheet.code}",
    )
    started = sitting_line(sitting, "sitting_started", by, began, paper=digest(sitting.questions))
    settled = sitting_line(
        sitting,
        "paper_settled",
        by,
        at,
        scan=f"sha256:{sheet.scan.sha256}",
        keyed_by="、".join(f"user/{one.by.uid}" for one in sheet.keyings.select_related("by")),
        answers=digest(answers),
    )
    record_many([replace(started, time_source=TimeSource.PAPER), settled])
    submit_sitting(sitting, by=by, at=handed, answers=answers, time_source=TimeSource.PAPER)
    taken, allowed = handed - began, timedelta(minutes=sitting.minutes)
    if taken > allowed:
        minutes = int(taken.total_seconds() // 60)
        flag(sitting, [f"纸质试卷用时 {minutes} 分钟，规定 {sitting.minutes} 分钟"], None, at)


def _require_printable(sitting: Sitting, at: datetime) -> None:
    if sitting.status != SittingStatus.READY:
        raise NotAllowed(
            f"{sitting.person.name} 的考试{sitting.get_status_display()}，不能再印纸质试卷。",
            "请从选择中去掉。",
        )
    if at >= sitting.closes_at:
        raise NotAllowed("这场考试已经截止。", "如需补考，请安排补考后再印。")
    hours = rules_of(sitting).whole("exam.paper_ahead_hours")
    if sitting.opens_at - at > timedelta(hours=hours):
        raise NotAllowed(
            f"考试 {moment_text(sitting.opens_at)} 开放，最早提前 {hours} 小时印卷。",
            "过早印出的试卷容易外泄，请到时再印。",
        )


def _check_times(sitting: Sitting, began_at: datetime, handed_at: datetime, at: datetime) -> None:
    if handed_at <= began_at:
        raise BadInput("交卷时间应晚于开始时间。", "请照答卷上写的时间填写。")
    if handed_at > at:
        raise BadInput("交卷时间还没有到。", "请照答卷上写的时间填写。")
    if not sitting.opens_at <= began_at < sitting.closes_at:
        raise BadInput(
            f"开始时间不在考试开放的时间（{moment_text(sitting.opens_at)} 至 "
            f"{moment_text(sitting.closes_at)}）之内。",
            "请照答卷上写的时间填写。",
        )


def _require_keyable(sheet: PaperSheet, by: User) -> None:
    _refuse_the_learner(sheet, by)
    step = paper_step(sheet)
    if step == PaperStep.PRINTED:
        raise NotAllowed("还没有归档扫描件。", "请先上传答卷扫描件，再照着录入。")
    if step not in (PaperStep.SCANNED, PaperStep.KEYED):
        raise NotAllowed(f"这份试卷{step.label}，不用再录入。", "请刷新页面。")
    if sheet.keyings.filter(by=by).exists():
        raise Refused("您已经录入过这份答卷。", "第二次录入须由另一个人完成。")


def _refuse_the_learner(sheet: PaperSheet, by: User) -> None:
    if sheet.sitting.person.user_id == by.pk:
        raise Refused("不能录入自己的答卷。", "请由另外两位老师录入。")


def _clean(
    sitting: Sitting, answers: Mapping[str, Sequence[int]], *, only: set[str] | None = None
) -> Answers:
    """Every question with what was ticked, [] for none; only what the paper offers."""
    ids = [question["item"] for question in sitting.questions]
    kinds = dict(Item.objects.filter(pk__in=ids).values_list("pk", "kind"))
    read: Answers = {}
    for no, question in enumerate(sitting.questions, start=1):
        if only is not None and str(no) not in only:
            continue
        chosen = sorted(set(answers.get(str(no), ())))
        if any(not 0 <= at < len(question["order"]) for at in chosen):
            raise BadInput(f"第 {no} 题没有这个选项。", "请对照答卷重新录入这一题。")
        if len(chosen) > 1 and kinds[question["item"]] != ItemKind.MULTIPLE:
            raise BadInput(f"第 {no} 题只能选一项。", "答卷上涂了两项的，视为没有作答，请留空。")
        read[str(no)] = chosen
    return read


def _hold(sheet: PaperSheet) -> None:
    """The row that two keyers race for; its keyings are read after it is locked."""
    sheet.refresh_from_db(from_queryset=PaperSheet.objects.select_for_update())
    sheet.sitting = Sitting.objects.select_related("person").get(pk=sheet.sitting_id)
