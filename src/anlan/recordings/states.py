"""The life of a live recording, and of a picture taken for publication."""

from anlan.lib.states import Steps
from anlan.recordings.models import LiveStatus, StillStatus

LIVE_STEPS: Steps = {
    LiveStatus.LIVE: {LiveStatus.ENDING},
    LiveStatus.ENDING: {LiveStatus.FINISHED},
    LiveStatus.FINISHED: set(),
}

STILL_STEPS: Steps = {
    StillStatus.ASKED: {StillStatus.MADE, StillStatus.FAILED},
    StillStatus.MADE: {StillStatus.PUBLISHED},
    StillStatus.FAILED: set(),
    StillStatus.PUBLISHED: set(),
}
