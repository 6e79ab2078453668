"""Spaced repetition: the questions somebody got wrong, each until it is remembered."""

from typing import ClassVar

from django.db import models

from anlan.assessments.models import Item, Sitting
from anlan.identity.models import Person


class CardSource(models.TextChoices):
    SITTING = "sitting", "考试错题"
    QUIZ = "quiz", "课中错题"


class ReviewCard(models.Model):
    """One item that one person once got wrong, and when it is due again.

    `state`, `step`, `stability` and `difficulty` are FSRS's own, as `fsrs.Card` keeps them. After
    `until`, the day of recertification, it comes no more. `reviews` counts the answers given.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="review_cards")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    source = models.CharField(max_length=8, choices=CardSource)
    added_at = models.DateTimeField()
    until = models.DateField()
    due_at = models.DateTimeField()
    state = models.PositiveSmallIntegerField(default=1)
    step = models.PositiveSmallIntegerField(null=True, default=0)
    stability = models.FloatField(null=True)
    difficulty = models.FloatField(null=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviews = models.PositiveIntegerField(default=0)
    lapses = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["person", "item"], name="review_card_once"),
            models.CheckConstraint(
                condition=models.Q(source__in=CardSource.values), name="review_source_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person", "due_at"], name="review_card_by_due"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.item}"


class Gleaned(models.Model):
    """A sitting whose wrong answers have become review cards, so that it is looked at once."""

    sitting = models.OneToOneField(Sitting, models.CASCADE, related_name="+", primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.sitting)
