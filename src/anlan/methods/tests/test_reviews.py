"""What people decide changes the next version, and is counted."""

from datetime import timedelta

from anlan.methods.coding import Learner, Review, report_on
from anlan.methods.coding.reviews import OVERRULED_WEIGHT, as_cases
from anlan.methods.tests.corpus import FIRST, QUICK, narratives

LATE = FIRST + timedelta(days=200)
UNKNOWN = "叉车倒车碾压脚面"


def _review(offered: str, decided: str, *, sure: bool, text: str = "x") -> Review:
    return Review(text, LATE, (offered, "灼烫"), sure, decided)


def test_reviews_make_a_new_version_and_leave_the_old_one() -> None:
    first = Learner.begin(narratives(), QUICK, target="类型")
    before = first.coder.answer([UNKNOWN]).guesses()
    reviews = [
        _review("灼烫", "车辆伤害", sure=False, text=f"叉车{how}碾压{where}")
        for how in ("倒车", "转弯", "行驶", "超载")
        for where in ("脚面", "小腿", "行人", "工人脚部")
    ]
    second = first.learn(reviews)
    assert second.coder.answer([UNKNOWN]).first.tolist() == ["车辆伤害"]
    assert second.coder.card.version == 2
    assert second.coder.card.corrected == len(reviews)
    assert second.coder.card.rows == first.coder.card.rows + len(reviews)
    assert first.coder.answer([UNKNOWN]).guesses() == before
    assert "车辆伤害" not in first.coder.card.labels


def test_overruled_narratives_count_more() -> None:
    cases = as_cases([_review("a", "b", sure=False), _review("b", "b", sure=True)])
    assert cases.weights == (OVERRULED_WEIGHT, 1.0)


def test_the_report_counts_by_hand() -> None:
    told = report_on([
        _review("a", "a", sure=True),
        _review("a", "a", sure=True),
        _review("a", "b", sure=True),
        _review("b", "b", sure=False),
        _review("a", "灼烫", sure=False),
    ])  # fmt: skip
    assert told["reviews"] == 5
    assert told["accuracy"] == 0.6
    assert told["top3_accuracy"] == 0.8
    assert told["coverage"] == 0.6
    assert told["accuracy_answered"] == 0.6667
    assert told["accuracy_queued"] == 0.5
    assert told["labels"]["b"] == {"reviews": 2, "agreed": 1}
    low, high = told["accuracy_ci"]
    assert low < 0.6 < high


def test_no_reviews_claim_nothing() -> None:
    told = report_on([])
    assert told["reviews"] == 0
    assert told["accuracy"] is None
