"""Syllabi (1+N), the lessons of their modules, and each learner's progress through them."""

from anlan.courses.models.lessons import Lesson, LessonKind, QuizPoint
from anlan.courses.models.progress import SLOT_SECONDS, Progress, Watching
from anlan.courses.models.reviews import CardSource, Gleaned, ReviewCard
from anlan.courses.models.syllabi import Mode, Module, ModuleKind, Syllabus, SyllabusModule

__all__ = [
    "SLOT_SECONDS",
    "CardSource",
    "Gleaned",
    "Lesson",
    "LessonKind",
    "Mode",
    "Module",
    "ModuleKind",
    "Progress",
    "QuizPoint",
    "ReviewCard",
    "Syllabus",
    "SyllabusModule",
    "Watching",
]
