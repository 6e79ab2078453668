"""Which step leads where: a file on its way in, a recognition, an appraisal."""

from anlan.injuries.models import AppraisalStatus as Appraising
from anlan.injuries.models import BatchStatus, CoderStatus
from anlan.injuries.models import RecognitionStatus as Recognising
from anlan.injuries.models import SuggestionStatus as Coding

BATCH_STEPS = {
    BatchStatus.UPLOADED: {BatchStatus.QUEUED, BatchStatus.DISCARDED},
    BatchStatus.QUEUED: {BatchStatus.IMPORTING, BatchStatus.FAILED},
    BatchStatus.IMPORTING: {BatchStatus.DONE, BatchStatus.FAILED},
    BatchStatus.DONE: {BatchStatus.UNDONE},
    BatchStatus.FAILED: {BatchStatus.UNDONE},
}
# 工伤认定办法 8, 18, 20, 21: papers are asked for once, before acceptance; the clock stops only
# after it. What was declined may be applied for anew once its ground is gone.
RECOGNITION_STEPS = {
    Recognising.APPLIED: {Recognising.PAPERS_ASKED, Recognising.ACCEPTED, Recognising.DECLINED},
    Recognising.PAPERS_ASKED: {
        Recognising.PAPERS_HERE,
        Recognising.ACCEPTED,
        Recognising.DECLINED,
    },
    Recognising.PAPERS_HERE: {Recognising.ACCEPTED, Recognising.DECLINED},
    Recognising.DECLINED: {Recognising.APPLIED},
    Recognising.ACCEPTED: {Recognising.SUSPENDED, Recognising.DECIDED},
    Recognising.SUSPENDED: {Recognising.ACCEPTED},
}
# Two verbs lead to 已受理, each from its own: a case that stands is resumed, not accepted anew.
ACCEPTING = {
    Recognising.APPLIED: {Recognising.ACCEPTED},
    Recognising.PAPERS_ASKED: {Recognising.ACCEPTED},
    Recognising.PAPERS_HERE: {Recognising.ACCEPTED},
}
RESUMING = {Recognising.SUSPENDED: {Recognising.ACCEPTED}}
APPRAISAL_STEPS = {
    Appraising.APPLIED: {Appraising.EXTENDED, Appraising.DECIDED},
    Appraising.EXTENDED: {Appraising.DECIDED},
}
# A machine's code is taken back to a person, never turned into a person's by itself.
SUGGESTION_STEPS = {
    Coding.WAITING: {Coding.APPLIED, Coding.REVIEWED},
    Coding.APPLIED: {Coding.WAITING},
    Coding.REVIEWED: {Coding.WAITING},
}
CODER_STEPS = {CoderStatus.WAITING: {CoderStatus.READY, CoderStatus.FAILED}}
