"""A city whose coders have learnt from synthetic narratives."""

import io
from datetime import datetime, timedelta
from functools import cache

import numpy as np

from anlan.foundation.files.services import keep
from anlan.foundation.rules.models import Rule
from anlan.injuries.models import CoderStatus, CoderVersion
from anlan.injuries.services import coders
from anlan.injuries.targets import TASKS, Task
from anlan.methods.coding import Card, Coder, Recipe, pack_coder
from anlan.methods.coding.calibration import Calibration, Curve, Scaling
from anlan.methods.coding.cards import Measured
from anlan.methods.coding.features import Cut, learn_features
from anlan.methods.coding.linear import Scorer, Strength
from anlan.testing.cast import NOW, Cast
from anlan.testing.narratives import synthetic_cases, told
from anlan.testing.scenes import remembered

QUICK = Recipe(cut=Cut(words=(1,), skips=(), characters=(2,)), strengths=(Strength(),), wanted=0.9)
TYPE, TYPE_1986, SOURCE, PART = TASKS
EARLIER = NOW - timedelta(days=3)
THRESHOLD = 0.5


def set_rule(key: str, value: object) -> None:
    Rule.objects.filter(key=f"injuries.{key}").update(value=value)


@cache
def by_likeness(target: str) -> Coder:
    """A coder made without scikit-learn, which takes seconds to load: ridge regression."""
    cases = list(told(240, seed=3))
    labels = np.array([getattr(one, target) for one in cases])
    names = tuple(np.unique(labels).tolist())
    features, matrix = learn_features([one.text for one in cases], QUICK.cut)
    dense = matrix.toarray()
    wanted = (labels[:, None] == np.array(names)[None, :]).astype(float)
    held = np.linalg.solve(dense @ dense.T + np.eye(len(dense)), wanted)
    weights = (dense.T @ held).astype(np.float32)
    scorer = Scorer(names, weights, np.zeros(len(names), np.float32))
    straight = Curve(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    scaling = Scaling(12.0, np.eye(len(names)) * 12, np.zeros(len(names)))
    days = (cases[0].day.isoformat(), cases[-1].day.isoformat())
    card = Card(
        target=target, version=1, previous="", rows=240, corrected=0, first_day=days[0],
        last_day=days[1], labels={}, features=features.width, recipe=QUICK, strength=Strength(),
        threshold=THRESHOLD, least_known=0.0, measured=Measured(60, 58, 50, 50, 60, *days),
    )  # fmt: skip
    calibration = Calibration(scaling, (straight,) * len(names), straight)
    return pack_coder(Coder(features, scorer, calibration, card))[0]


def a_version(task: Task, *, number: int = 1, at: datetime = EARLIER) -> CoderVersion:
    """A version that could be put in use, of which only the training is made up."""
    coder, content = pack_coder(by_likeness(task.target))
    return CoderVersion.objects.create(
        target=task.target,
        system=task.system,
        number=number,
        status=CoderStatus.READY,
        asked_at=at,
        trained_at=at,
        rows=240,
        synthetic_rows=240,
        is_synthetic=True,
        card=coder.card.as_json(),
        digest=coder.card.digest,
        file=keep(io.BytesIO(content), name="coder.npz", by=None, at=at),
    )


@remembered
def a_coding_city(cast: Cast, *, uncoded: int = 12) -> None:
    """Three coders in use in their first version, and cases of 历城区 that nobody has coded."""
    for task in (TYPE, SOURCE, PART):
        coders.put_in_use(a_version(task), by=cast.city_official, at=EARLIER)
    synthetic_cases(uncoded, coded=False, seed=8)
