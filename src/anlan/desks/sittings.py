"""Objections and reviews of exam papers that wait for whoever looks at the desk."""

from django.urls import reverse

from anlan.assessments.models import Appeal
from anlan.classes.sittings import appeals_waiting_for, reviews_waiting_for
from anlan.desks.shape import SHOWN
from anlan.foundation.accounts.models import User
from anlan.foundation.ui.parts import Todo


def sittings_waiting(user: User) -> list[Todo]:
    """Each objection with its clock; all reviews in one line."""
    appeals = [_appeal(one) for one in appeals_waiting_for(user)[:SHOWN]]
    reviews = reviews_waiting_for(user)
    number = reviews.count()
    if not number:
        return appeals
    line = Todo(
        f"答卷复核 {number} 件",
        reverse("classes:reviews"),
        "去复核",
        "考试中的情况达到复核线，是否正常由人决定",
    )
    return [*appeals, line]


def _appeal(one: Appeal) -> Todo:
    return Todo(
        f"学员申诉：{one.about}",
        f"{reverse('classes:sitting', args=[one.sitting.uid])}#appeal-{one.uid}",
        "去答复",
        f"{one.sitting.title} · {one.words[:40]}",
        one.due_at,
    )
