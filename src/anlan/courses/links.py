"""Where a learner goes on: addresses of this room as other rooms' pages link to them."""

from django.urls import reverse

from anlan.courses.models import Lesson


def lesson_page(lesson: Lesson) -> str:
    return reverse("courses:lesson", args=[lesson.uid])
