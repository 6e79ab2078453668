"""Faces are counted and made unrecognisable. The faces are drawn; how well the detector does on
photographs of classrooms is not shown here."""

import subprocess
import sys
from dataclasses import replace

import cv2
import numpy as np
import pytest

from anlan.vision import faces as vision
from anlan.vision import models
from anlan.vision.faces import (
    NoPicture,
    WrongModel,
    blur_faces,
    count_faces,
    find_faces,
    read_picture,
)
from anlan.vision.tests.faces import a_classroom, as_png

THREE = ((150, 200, 200), (400, 200, 150), (560, 330, 90))


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_faces_are_counted(number: int) -> None:
    assert count_faces(as_png(a_classroom(*THREE[:number]))) == number


def test_a_large_picture_is_made_smaller_first() -> None:
    picture = read_picture(as_png(a_classroom((900, 900, 800), width=4000, height=3000)))
    assert picture.shape == (1440, 1920, 3)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(NoPicture):
        count_faces(b"no picture")


def test_blurred_faces_are_found_no_more() -> None:
    done = blur_faces(as_png(a_classroom(*THREE)))
    assert done.faces == 3
    assert find_faces(read_picture(done.jpeg), score=vision.SCORE_TO_BLUR) == []


def test_fine_detail_is_gone_from_a_face() -> None:
    """Eyes, mouth and outline make edges; of 7×7 smoothed averages none are left."""
    picture = a_classroom((320, 240, 240))
    face = find_faces(picture)[0]
    done = read_picture(blur_faces(as_png(picture)).jpeg)
    before, after = (
        cv2.Laplacian(p[face.y : face.y + face.height, face.x : face.x + face.width], cv2.CV_64F)
        for p in (picture, done)
    )
    assert float(np.var(after)) < float(np.var(before)) / 15


def test_around_the_faces_the_picture_stays() -> None:
    picture = a_classroom((150, 200, 120))
    done = read_picture(blur_faces(as_png(picture)).jpeg).astype(int)
    assert np.abs(done[:, 320:] - picture[:, 320:].astype(int)).max() <= 6


def test_another_model_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    vision._detector.cache_clear()
    monkeypatch.setattr(vision, "FACE_FINDER", replace(models.FACE_FINDER, sha256="0" * 64))
    with pytest.raises(WrongModel):
        count_faces(as_png(a_classroom()))
    vision._detector.cache_clear()


def test_the_site_and_the_worker_start_without_it() -> None:
    """Fails when an import makes every web process 80 MB heavier."""
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'anlan.config.settings';"
        "import django; django.setup();"
        "import anlan.config.urls, anlan.config.schedule, anlan.operations.commands.work;"
        "import anlan.vision.eyes, anlan.vision.challenge;"
        "print(sorted({'cv2', 'onnxruntime', 'anlan.vision.faces'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_opencv_keeps_to_one_thread() -> None:
    count_faces(as_png(a_classroom()))
    assert cv2.getNumThreads() == 1
