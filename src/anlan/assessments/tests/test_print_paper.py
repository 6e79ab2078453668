"""The printed paper: everything a learner without a phone needs, and nothing that tells an answer."""

import json

from anlan.assessments.models import Item
from anlan.assessments.printed import exam_papers, exam_papers_pdf
from anlan.assessments.tests.review_scenes import a_printed_sheet
from anlan.testing.cast import NOW, Cast


def test_the_paper_carries_code_boxes_and_questions_and_no_answer(cast: Cast) -> None:
    sheet = a_printed_sheet(cast)
    data = exam_papers([sheet], at=NOW)
    paper = data["papers"][0]
    assert paper["code"] == sheet.code
    assert [one["label"] for one in paper["groups"]] == ["判断题", "单选题", "多选题"]
    assert [len(one["boxes"]) for one in paper["groups"]] == [4, 4, 2]
    assert paper["groups"][2]["note"] == "每题 15 分，可选多项"
    said = json.dumps(data, ensure_ascii=False)
    assert sheet.sitting.person.id_number not in said
    assert "解析第" not in said
    assert all(item.key not in said for item in Item.objects.all())


def test_it_prints(cast: Cast) -> None:
    assert exam_papers_pdf([a_printed_sheet(cast)], at=NOW).startswith(b"%PDF-1.7")
