"""Syllabi (1+N), the lessons of their modules, and each learner's progress through them."""

from anlan.courses.models.lessons import Audience, Lesson, LessonKind, QuizPoint, Style
from anlan.courses.models.makings import Making, MakingStatus, Piece, Rendition
from anlan.courses.models.progress import SLOT_SECONDS, Progress, Watching
from anlan.courses.models.reviews import CardSource, Gleaned, ReviewCard
from anlan.courses.models.syllabi import Mode, Module, ModuleKind, Syllabus, SyllabusModule

__all__ = [
    "SLOT_SECONDS",
    "Audience",
    "CardSource",
    "Gleaned",
    "Lesson",
    "LessonKind",
    "Making",
    "MakingStatus",
    "Mode",
    "Module",
    "ModuleKind",
    "Piece",
    "Progress",
    "QuizPoint",
    "Rendition",
    "ReviewCard",
    "Style",
    "Syllabus",
    "SyllabusModule",
    "Watching",
]
