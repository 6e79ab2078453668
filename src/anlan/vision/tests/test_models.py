"""The networks are the bytes that were tried, and are read without a network of the other kind."""

import json
import socket
from dataclasses import fields, replace
from pathlib import Path

import pytest

from anlan.testing.floors import PACKAGE, ROOT
from anlan.vision import models
from anlan.vision.graph import without_inputs
from anlan.vision.models import NoModel, WrongModel, content_of
from anlan.vision.sessions import session_of
from anlan.vision.thresholds import PREFIX, Thresholds

BUNDLED = (models.FACE_FINDER, models.FACE_LIKENESS, models.TEXT_FINDER, models.TEXT_READER)


@pytest.fixture
def cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a socket fails."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network is cut")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.mark.usefixtures("cut_off")
def test_every_model_loads_by_its_hash_with_the_network_cut() -> None:
    for model in BUNDLED:
        assert len(content_of(model)) > 100_000
    for model in models.BUILT_IN:
        assert session_of(model).get_inputs()[0].name == "input"


def test_another_model_is_not_loaded() -> None:
    with pytest.raises(WrongModel):
        content_of(replace(models.TEXT_READER, sha256="0" * 64))
    with pytest.raises(NoModel):
        content_of(replace(models.TEXT_READER, name="another.onnx"))
    with pytest.raises(NoModel):
        content_of(replace(models.TEXT_READER, package="no_such_package_here"))


def test_the_likeness_network_is_left_with_one_input() -> None:
    lean = without_inputs(content_of(models.FACE_LIKENESS), keep="data")
    assert [one.name for one in session_of(lean).get_inputs()] == ["data"]


def test_the_build_pins_what_this_room_pins() -> None:
    build = (ROOT / "hatch_build.py").read_text("utf-8")
    for model in models.BUILT_IN:
        assert f'"{model.name}": "{model.sha256}"' in build


def test_the_shipped_rules_are_the_defaults() -> None:
    """Thresholds are dated data; the defaults are what a fresh city starts with."""
    book = PACKAGE / "foundation" / "rules" / "data" / "rules.json"
    rows = {row["key"]: row["value"] for row in json.loads(Path(book).read_text("utf-8"))}
    mine = {key: value for key, value in rows.items() if key.startswith(PREFIX)}
    assert mine.keys() == {PREFIX + field.name for field in fields(Thresholds)}
    assert Thresholds.of(mine) == Thresholds()
    assert Thresholds.of({"vision.match_min": 0.6, "exam.pass_mark": 80}).match_min == 0.6
