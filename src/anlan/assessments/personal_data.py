"""What exams keep about a person (`settings.ANLAN_PERSONAL_DATA`)."""

from datetime import date, datetime

from django.db.models import Max, Q

from anlan.assessments.models import Appeal, Practical, Sitting, SittingEvent, SittingReview
from anlan.foundation.files.removal import mark_removed
from anlan.identity.kept import Erasure, PersonalData, Row, years_after
from anlan.identity.models import Person
from anlan.lib.dates import local_date


def _export(person: Person) -> list[Row]:
    rows: list[Row] = []
    for one in Sitting.objects.filter(person=person).order_by("opens_at", "id"):
        rows.append(
            {
                "考试": one.title,
                "时间": one.submitted_at or one.opens_at,
                "状态": one.get_status_display(),
                "成绩": one.score,
                "合格": _yes(one.passed),
                "作答（题号：所选项）": _answers(one),
            }
        )
    for check in Practical.objects.filter(person=person).select_related("checklist"):
        rows.append(
            {
                "考试": f"实操：{check.checklist.title}",
                "时间": check.at,
                "成绩": check.score,
                "合格": _yes(check.passed),
                "评语": check.remark,
            }
        )
    for appeal in Appeal.objects.filter(sitting__person=person).select_related("sitting"):
        said = f"{appeal.words}；答复：{appeal.answer}"
        rows.append({"考试": f"申诉：{appeal.sitting.title}", "时间": appeal.made_at, "评语": said})
    for review in SittingReview.objects.filter(sitting__person=person).select_related("sitting"):
        said = "；".join([*review.reasons, review.question, review.words, review.reason])
        title = f"复核：{review.sitting.title}"
        rows.append({"考试": title, "时间": review.opened_at, "评语": said})
    return rows


def _yes(passed: bool | None) -> str:
    return {True: "是", False: "否"}.get(passed, "") if passed is not None else ""


def _answers(one: Sitting) -> str:
    """Options as the person saw them: A is the first that was shown."""
    return "；".join(
        f"{no}：{''.join(chr(ord('A') + at) for at in picked)}"
        for no, picked in sorted(one.answers.items(), key=lambda pair: int(pair[0]))
    )


def _holds(person: Person) -> list[str]:
    running = Sitting.objects.filter(person=person, status__in=["started", "on_paper"])
    appealed = Appeal.objects.filter(sitting__person=person, status="open")
    said = ["有一场考试还没有交卷，交卷后执行。"] if running.exists() else []
    return said + (["有一件成绩申诉还没有答复，答复后执行。"] if appealed.exists() else [])


def _erase(person: Person, at: datetime) -> Erasure:
    """What the phone told during an exam goes; paper, answers and score are the record."""
    events = SittingEvent.objects.filter(sitting__person=person).delete()[0]
    sittings = Sitting.objects.filter(person=person)
    sittings.exclude(device="").update(device="")
    return Erasure(events, sittings.count() + Practical.objects.filter(person=person).count())


def _until(person: Person, at: datetime) -> date | None:
    theory = Sitting.objects.filter(person=person).aggregate(last=Max("closes_at"))["last"]
    checks = Practical.objects.filter(person=person).aggregate(a=Max("at"), b=Max("opens_at"))
    days = [local_date(one) for one in (theory, *checks.values()) if one is not None]
    return years_after(max(days), "archive.keep_years", at) if days else None


def _end(person: Person, at: datetime) -> int:
    """Answers, words and photos go; scores stay, as figures of a class."""
    sittings = Sitting.objects.filter(person=person).exclude(answers={})
    gone = sittings.update(answers={}, counters={})
    checks = Practical.objects.filter(person=person)
    photos = [one.photo for one in checks.exclude(photo=None).select_related("photo")]
    gone += len(mark_removed([one for one in photos if one is not None], at=at))
    gone += checks.exclude(remark="").update(remark="")
    written = ~Q(words="") | ~Q(answer="")
    gone += Appeal.objects.filter(written, sitting__person=person).update(words="", answer="")
    said = SittingReview.objects.filter(sitting__person=person).exclude(words="")
    return gone + said.update(words="", question="", reason="")


PERSONAL_DATA = (
    PersonalData(
        key="exams",
        title="考试、实操和申诉",
        purpose="考核是否合格，发放证书，复核作弊疑点",
        basis="安全生产法第二十八条（教育培训档案）",
        models=("assessments.Sitting", "assessments.Practical"),
        export=_export,
        erase=_erase,
        rule="archive.keep_years",
        until=_until,
        end=_end,
        holds=_holds,
    ),
)
