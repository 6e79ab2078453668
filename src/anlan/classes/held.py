"""A sitting, or something about it, together with the class that holds it."""

from dataclasses import dataclass

from anlan.assessments.models import Appeal, PaperSheet, ScoreChange, Sitting
from anlan.classes.models import TrainingClass, Trial


@dataclass(frozen=True)
class OfClass:
    """Something about a sitting, with the try of the class that holds it."""

    trial: Trial
    found: Appeal | PaperSheet | ScoreChange | None = None

    @property
    def klass(self) -> TrainingClass:
        return self.trial.enrolment.klass

    @property
    def sitting(self) -> Sitting:
        assert self.trial.sitting is not None
        return self.trial.sitting
