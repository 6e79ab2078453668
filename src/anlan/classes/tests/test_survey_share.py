"""A city that asks for ratings before a class closes is obeyed."""

from anlan.classes.evidence import missing_evidence
from anlan.foundation.rules.models import Rule
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_finished_class


def test_too_few_ratings_are_missing_evidence_where_a_rule_says_so(cast: Cast) -> None:
    klass = a_finished_class(cast)
    assert "surveys" not in {gap.where for gap in missing_evidence(klass, at=NOW)}
    Rule.objects.filter(key="survey.share_min").update(value=0.5)
    said = [gap.text for gap in missing_evidence(klass, at=NOW) if gap.where == "surveys"]
    assert said == ["满意度评价收到 0/3 份，至少要 50%，请提醒学员评价。"]
