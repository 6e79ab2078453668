"""The evaluation report of a closed class: one source of figures for the page and the PDF."""

from anlan.archives.documents import (
    EvaluationReport,
    Fact,
    Figure,
    MakeUpLine,
    Rating,
    Satisfaction,
)
from anlan.archives.report_parts import (
    discrepancies,
    evidence,
    practical_line,
    session_lines,
    theory_line,
)
from anlan.classes.models import Closing, Decision, Stage, Survey, TrainingClass
from anlan.classes.printed import class_days
from anlan.classes.queries import rules_for, sessions_of
from anlan.classes.results import Result, results_of
from anlan.courses.models import Mode
from anlan.lib.dates import date_text, local_date, moment_text, to_shanghai
from anlan.lib.masking import mask_name
from anlan.lib.refusals import Refused

RATINGS = {
    "useful": "课程有用",
    "clear": "讲师讲得清楚",
    "place": "场地与设备",
    "recommend": "愿意推荐给同事",
}


class NotClosed(Refused):
    """Reports, certificates and archives are made of closed classes only."""


def closing_of(klass: TrainingClass) -> Closing:
    """The figures as they stood when the class closed. Raises `NotClosed`."""
    found = Closing.objects.filter(klass=klass).first()
    if found is None:
        raise NotClosed(
            f"「{klass.title}」还没有结班，不能封存或出具报告。", "请在证据齐全后先办理结班。"
        )
    return found


def evaluation_report(klass: TrainingClass) -> EvaluationReport:
    """The report, the same whenever it is asked for; dated with the class's closing."""
    closing = closing_of(klass)
    results = list(results_of(klass).values())
    sessions = session_lines(klass, closing.enrolled)
    return {
        "made_at": to_shanghai(closing.at).isoformat(timespec="seconds"),
        "synthetic": klass.is_synthetic,
        "class_title": klass.title,
        "class_number": klass.number,
        "figures": _figures(klass, closing),
        "summary": _summary(klass, closing, results),
        "facts": _facts(klass, closing),
        "sessions": sessions,
        "exams": [theory_line(klass, results), practical_line(results)],
        "makeups": _makeups(results),
        "satisfaction": _satisfaction(klass, closing),
        "evidence": evidence(klass, results),
        "discrepancies": discrepancies(klass),
        "signatures": [fact("编制", klass.manager.name), fact("审核", ""), fact("批准", "")],
    }


def fact(label: str, value: str) -> Fact:
    return {"label": label, "value": value}


def share(part: int, whole: int) -> str:
    """97.5 %, or a dash where there is nothing to divide by."""
    return f"{part / whole:.1%}".replace("%", " %") if whole else "—"


def _figures(klass: TrainingClass, closing: Closing) -> list[Figure]:
    seats = closing.enrolled * klass.sessions.count()
    firms = klass.enrolments.values("organization").distinct().count()
    rated = closing.surveys * len(RATINGS)
    average = f"{closing.rating_sum / rated:.1f} 分" if rated else "—"
    return [
        _figure("参训", f"{closing.enrolled} 人", f"名额 {klass.quota} 人，来自 {firms} 家企业"),
        _figure(
            "到课率", share(closing.attendances, seats), f"{closing.attendances} / {seats} 人次"
        ),
        _figure(
            "考核合格率",
            share(closing.passed, closing.enrolled),
            f"{closing.passed} / {closing.enrolled} 人，其中补考 {closing.made_up} 人",
        ),
        _figure("满意度", average, f"{closing.surveys} / {closing.enrolled} 人评价，满分 5 分"),
    ]


def _figure(label: str, value: str, note: str) -> Figure:
    return {"label": label, "value": value, "note": note}


def _summary(klass: TrainingClass, closing: Closing, results: list[Result]) -> list[str]:
    offline = sum(s.hours for s in klass.sessions.all() if s.mode == Mode.OFFLINE)
    held = (
        f"本班于{class_days(klass)}举办，共 {klass.sessions.count()} 个半天、{closing.hours} 学时，"
        f"线下占 {share(offline, closing.hours)}。"
    )
    short = sum(not result.attended for result in results)
    left = closing.enrolled - closing.passed
    outcome = (
        f"{closing.enrolled} 人参训，{closing.sat} 人参加理论考试，{closing.passed_first} 人"
        f"首考合格，{closing.made_up} 人补考后合格，"
        + (f"{left} 人未合格（其中 {short} 人学时不足）。" if left else "全部合格。")
    )
    return [held, outcome]


def _facts(klass: TrainingClass, closing: Closing) -> list[Fact]:
    least = rules_for(klass, klass.first_day or local_date(closing.at)).ruling(
        "class.offline_share_min"
    )
    offline = sum(s.hours for s in klass.sessions.all() if s.mode == Mode.OFFLINE)
    return [
        fact("举办单位", klass.provider.name),
        fact("所属项目", klass.project.title),
        fact("大纲", f"{klass.syllabus.title}（{klass.syllabus.hours_required} 学时）"),
        fact(
            "线下占比",
            f"{share(offline, closing.hours)}（要求不少于 {float(least.value) * 100:g} %）",
        ),
        fact("场地", _venues(klass)),
        fact("班主任", klass.manager.name),
        fact(str(Stage.DISTRICT.label), _decision(klass, Stage.DISTRICT)),
        fact(str(Stage.CITY.label), _decision(klass, Stage.CITY)),
        fact("开班", moment_text(klass.started_at) if klass.started_at else "—"),
        fact("结班", moment_text(closing.at)),
    ]


def _venues(klass: TrainingClass) -> str:
    used = {session.venue_id: session.venue for session in sessions_of(klass) if session.venue}
    said = [f"{venue.name} {venue.area_m2.normalize():f} ㎡" for venue in used.values()]
    return "、".join(said) or "线上"


def _decision(klass: TrainingClass, stage: Stage) -> str:
    last = klass.reviews.filter(stage=stage).order_by("at", "id").last()
    if last is None:
        return "—"
    return f"{Decision(last.decision).label}，{date_text(local_date(last.at))}"


def _makeups(results: list[Result]) -> list[MakeUpLine]:
    return [
        {
            "learner": mask_name(result.enrolment.person.name),
            "reason": _why(result, trial.no),
            "when": moment_text(trial.scheduled_at) if trial.scheduled_at else "—",
            "place": trial.place,
            "result": _outcome(result, trial.no),
        }
        for result in results
        for trial in result.trials
        if trial.no
    ]


def _why(result: Result, no: int) -> str:
    """What failed in the try before."""
    before = result.trials[no - 1]
    said = []
    if before.sitting and not before.sitting.passed:
        score = before.sitting.score
        said.append("理论缺考" if score is None else f"理论 {score.normalize():f} 分")
    if before.practical and not before.practical.passed:
        score_given = before.practical.score
        said.append("实操未考" if score_given is None else f"实操 {score_given} 分")
    return ("、".join(said) or "补考") + "，未合格"


def _outcome(result: Result, no: int) -> str:
    trial = result.trials[no]
    said = []
    if trial.sitting:
        score = trial.sitting.score
        word = "合格" if trial.sitting.passed else "不合格"
        said.append("理论缺考" if score is None else f"理论 {score.normalize():f} 分，{word}")
    if trial.practical:
        word = "合格" if trial.practical.passed else "不合格"
        said.append(f"实操 {trial.practical.score} 分，{word}")
    return "；".join(said)


def _satisfaction(klass: TrainingClass, closing: Closing) -> Satisfaction:
    surveys = list(klass.surveys.order_by("id"))
    return {
        "asked": closing.enrolled,
        "answers": len(surveys),
        "questions": [_rating(*each, surveys) for each in RATINGS.items()] if surveys else [],
        "remarks": sorted(survey.words for survey in surveys if survey.words),
    }


def _rating(name: str, label: str, surveys: list[Survey]) -> Rating:
    total = sum(getattr(survey, name) for survey in surveys)
    return {"label": label, "average": f"{total / len(surveys):.1f}", "of": "5"}
