"""The report's distributions as charts; each says its finding."""

from anlan.archives.documents import EvaluationReport, ExamLine
from anlan.foundation.ui.charts import Chart, Point


def exam_charts(report: EvaluationReport) -> list[tuple[ExamLine, Chart]]:
    return [
        (exam, _chart(f"exam-{no}", exam, report["class_title"]))
        for no, exam in enumerate(report["exams"])
    ]


def _chart(key: str, exam: ExamLine, source: str) -> Chart:
    facts = {fact["label"]: fact["value"] for fact in exam["facts"]}
    spread = facts["平均 / 最高 / 最低"].split(" / ")[0]
    finding = f"{exam['title']}：{facts['合格']}合格，平均 {spread} 分"
    return Chart(
        key=key,
        title=finding if spread != "—" else f"{exam['title']}：没有成绩",
        unit="人",
        source=f"{source}，取每人最好成绩，含补考",
        points=[Point(band["label"], band["count"]) for band in exam["distribution"]],
    )
