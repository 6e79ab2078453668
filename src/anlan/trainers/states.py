"""The steps of a trainer's life with a provider."""

from anlan.lib.states import Steps
from anlan.trainers.models import TrainerStatus

STEPS: Steps = {
    TrainerStatus.ACTIVE: {TrainerStatus.RETIRED},
    TrainerStatus.RETIRED: set(),
}
