"""The process that looks: questions in, answers out, one at a time, one thread, no network.

Started by `eyes.Eyes` as `python -m anlan.vision.worker`, once for faces and once for papers, so
that neither holds the other's networks. It keeps no picture and writes no file. It ends when its
parent does, and by itself when it has grown too large.
"""

import os
import resource
import sys
from pathlib import Path
from typing import BinaryIO

import cv2

from anlan.vision.advice import UnusablePicture
from anlan.vision.checking import check, enrol
from anlan.vision.documents import read_document
from anlan.vision.messages import (
    Answer,
    Check,
    Checked,
    Enrol,
    Enrolled,
    Failed,
    Question,
    Redraw,
    Redrawn,
    Told,
    Unusable,
    packed,
    questions,
    received,
)
from anlan.vision.pictures import open_picture

MOST_MB = 400  # then it makes room for a fresh one


def main() -> None:
    """Answer until the pipe is closed."""
    answers, sys.stdout = os.fdopen(os.dup(1), "wb"), sys.stderr  # nothing else may speak there
    cv2.setNumThreads(1)
    serve(sys.stdin.buffer, answers)


def serve(asked: BinaryIO, told: BinaryIO) -> None:
    """One answer to each question, then the memory is looked at."""
    while content := received(asked):
        told.write(packed(answer(questions.decode(content))))
        told.flush()
        if memory_mb() > MOST_MB:
            return


def answer(question: Question) -> Answer:
    """A failure of ours is an answer too: the next question finds the process standing."""
    try:
        return _answer(question)
    except UnusablePicture as refused:
        return Unusable(refused.code)
    except Exception as failure:  # whatever a library raises at a hostile picture
        return Failed(f"{type(failure).__name__}: {failure}")


def _answer(question: Question) -> Answer:
    if isinstance(question, Check):
        frames = [(one.at, one.content) for one in question.frames]
        return Checked(check(frames, question.challenge, question.enrolled, limits=question.limits))
    if isinstance(question, Enrol):
        frames = [(one.at, one.content) for one in question.frames]
        return Enrolled(enrol(frames, question.paper, limits=question.limits))
    if isinstance(question, Redraw):
        return Redrawn(open_picture(question.content).as_jpeg())
    return Told(
        read_document(
            question.content, today=question.today, wanted=question.wanted, limits=question.limits
        )
    )


def memory_mb() -> float:
    """What this process holds now, where the system tells; else the most it ever held."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
