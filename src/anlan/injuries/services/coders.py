"""Versions of coders: asked for, trained by the worker, put in use by a city official."""

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from threadpoolctl import threadpool_limits

from anlan.foundation.accounts.models import User
from anlan.foundation.files.services import keep
from anlan.foundation.ledger import services as ledger
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.injuries.coders import coder_of
from anlan.injuries.models import CoderStatus, CoderVersion
from anlan.injuries.queries import coding, material
from anlan.injuries.queries.material import Material
from anlan.injuries.states import CODER_STEPS
from anlan.injuries.targets import TASKS, Task
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.lib.states import advance
from anlan.methods.coding import Cases, Coder, Evaluation, Recipe, evaluate, pack_coder, train
from anlan.methods.coding.cards import share

PAIRS = 12
LEARNING_STEPS = (8, 4, 2)  # every eighth, fourth, second of the earlier cases
COMPARED_MIN = 30


@transaction.atomic
def ask_for_version(task: Task, *, by: User | None, at: datetime) -> CoderVersion:
    """A new version is to be trained; the worker does it. Refused with too little to learn from."""
    least = rulebook(local_date(at)).whole("injuries.coding_cases_min")
    there = material.usable(task).count()
    if there < least:
        raise Refused(
            f"「{task.label}」已编码的经过描述只有 {there} 条，还差 {least - there} 条。",
            "请先在复核队列里人工编码，或导入带编码的案件。",
        )
    same = CoderVersion.objects.filter(target=task.target, system=task.system)
    if same.filter(status=CoderStatus.WAITING).exists():
        raise NotAllowed("这个模型已经在等待训练。", "训练完成后会出现在版本列表里。")
    number = (same.aggregate(last=Max("number"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            version = CoderVersion.objects.create(
                target=task.target, system=task.system, number=number, asked_by=by, asked_at=at
            )
    except IntegrityError:
        raise NotAllowed("另一位同事刚刚也要求了训练。", "请刷新页面查看。") from None
    ledger.record(version.subject, "coder_asked_for", by=by, at=at, task=task.label, number=number)
    return version


def ask_where_enough(*, at: datetime) -> int:
    """Ask for a version of every task that has enough new material since its last."""
    book = rulebook(local_date(at))
    asked = 0
    for task in TASKS:
        if _enough(task, book):
            ask_for_version(task, by=None, at=at)
            asked += 1
    return asked


def _enough(task: Task, book: Rulebook) -> bool:
    rows = CoderVersion.objects.filter(target=task.target, system=task.system)
    last = rows.order_by("-number").first()
    if last is not None and last.status == CoderStatus.WAITING:
        return False
    if last is not None:
        need = book.whole("injuries.coding_fresh_min")
        if material.fresh(task, last.asked_at)[:need].count() < need:
            return False
    least = book.whole("injuries.coding_cases_min")
    return material.usable(task)[:least].count() >= least


def train_next(*, at: datetime, recipe: Recipe | None = None) -> int:
    """Train the version that was asked for first. Killed half-way it is found again."""
    version = CoderVersion.objects.filter(status=CoderStatus.WAITING).order_by("asked_at").first()
    if version is None:
        return 0
    book = rulebook(local_date(at))
    recipe = recipe or Recipe(wanted=book.number("injuries.coding_wanted"))
    task = Task(version.target, version.system)
    learnt = material.material_for(task, most=book.whole("injuries.coding_cases_max"))
    try:
        with threadpool_limits(1):
            _train(version, task, learnt, recipe, at)
    except BadInput as told:
        failure = f"{told.message}{told.next_step}"[:300]
        advance(version, CoderStatus.FAILED, CODER_STEPS, trained_at=at, failure=failure)
    return 1


def _train(
    version: CoderVersion, task: Task, learnt: Material, recipe: Recipe, at: datetime
) -> None:
    found = evaluate(learnt.cases, recipe, target=task.label)
    current = coding.in_use().get(task)
    coder = train(
        learnt.cases,
        recipe,
        target=task.label,
        version=version.number,
        previous=current.digest if current else "",
        corrected=learnt.reviewed,
    )
    figures = {
        **found.figures(),
        "by_label": found.by_label(),
        "mistaken": _mistaken(found),
        "curve": _curve(found, recipe),
        "compared": _compared(found, learnt, current),
    }
    _finish(version, coder, learnt, figures, at)


@transaction.atomic
def _finish(
    version: CoderVersion, coder: Coder, learnt: Material, figures: dict[str, Any], at: datetime
) -> None:
    packed, content = pack_coder(coder)
    name = f"coder-{version.target}-{version.number}.npz"
    advance(
        version,
        CoderStatus.READY,
        CODER_STEPS,
        trained_at=at,
        rows=len(learnt.cases),
        reviewed_rows=learnt.reviewed,
        synthetic_rows=learnt.synthetic,
        is_synthetic=learnt.synthetic > 0,
        card=packed.card.as_json(),
        figures=figures,
        digest=packed.card.digest,
        file=keep(io.BytesIO(content), name=name, by=None, at=at),
    )
    ledger.record(
        version.subject,
        "coder_trained",
        by=None,
        at=at,
        task=packed.card.target,
        number=version.number,
        rows=version.rows,
        digest=version.digest,
    )


def _mistaken(found: Evaluation) -> list[list[Any]]:
    """The pairs (what it was, what the coder said) most often mistaken, with their counts."""
    truth, said = found.later.labels, found.answers.first.tolist()
    pairs = Counter((t, s) for t, s in zip(truth, said, strict=True) if t != s)
    return [[t, s, many] for (t, s), many in pairs.most_common(PAIRS)]


def _curve(found: Evaluation, recipe: Recipe) -> list[dict[str, Any]]:
    """Accuracy on the same later cases after learning from fewer of the earlier ones."""
    points = []
    for step in LEARNING_STEPS:
        fewer = _every(found.earlier, step)
        try:
            said = train(fewer, replace(recipe, strengths=recipe.strengths[:1])).answer(
                found.later.texts
            )
        except BadInput:
            continue  # too few to learn from at all: the curve begins later
        right = int((said.first == found.later.label_array()).sum())
        points.append({"rows": len(fewer), **share("accuracy", right, len(found.later))})
    right, cases = int(found.right.sum()), len(found.later)
    return [*points, {"rows": len(found.earlier), **share("accuracy", right, cases)}]


def _every(cases: Cases, step: int) -> Cases:
    return Cases.of(
        cases.texts[::step], cases.labels[::step], cases.days[::step], cases.weights[::step]
    )


def _compared(
    found: Evaluation, learnt: Material, current: CoderVersion | None
) -> dict[str, Any] | None:
    """Both on the later cases that the version in use can't have learnt from; None if too few."""
    if current is None or current.trained_at is None:
        return None
    late = learnt.known_at[-len(found.later) :]
    unseen = [at for at, known in enumerate(late) if known > current.asked_at]
    if len(unseen) < COMPARED_MIN:
        return None
    truth = [found.later.labels[at] for at in unseen]
    old = coder_of(current).answer([found.later.texts[at] for at in unseen]).guesses()
    new = found.answers.guesses()
    return {
        "number": current.number,
        "cases": len(unseen),
        "in_use": _score([one.labels[0] for one in old], [one.sure for one in old], truth),
        "new": _score([new[at].labels[0] for at in unseen], [new[at].sure for at in unseen], truth),
    }


def _score(said: Sequence[str], sure: Sequence[bool], truth: Sequence[str]) -> dict[str, Any]:
    right = [a == b for a, b in zip(said, truth, strict=True)]
    answered = [hit for hit, certain in zip(right, sure, strict=True) if certain]
    return {
        **share("accuracy", sum(right), len(right)),
        **share("coverage", len(answered), len(right)),
        **share("accuracy_answered", sum(answered), len(answered)),
    }


@transaction.atomic
def put_in_use(version: CoderVersion, *, by: User, at: datetime) -> CoderVersion:
    """From now on this version is asked; the one before it stays and can be put back."""
    if version.status != CoderStatus.READY:
        raise NotAllowed("这个版本还不能启用。", "请等训练完成，或选另一个版本。")
    same = CoderVersion.objects.filter(
        target=version.target, system=version.system, used_since__isnull=False, used_until=None
    )
    former = same.select_for_update().first()
    if former is not None and former.pk == version.pk:
        raise NotAllowed("这个版本正在使用。", "不需要再次启用。")
    same.update(used_until=at)
    CoderVersion.objects.filter(pk=version.pk).update(used_since=at, used_until=None)
    version.used_since, version.used_until = at, None
    ledger.record(
        version.subject,
        "coder_put_in_use",
        by=by,
        at=at,
        task=Task(version.target, version.system).label,
        number=version.number,
        former=former.number if former else 0,
        digest=version.digest,
    )
    return version


@transaction.atomic
def take_out_of_use(version: CoderVersion, *, by: User, at: datetime) -> CoderVersion:
    """No version is asked any more; what waits goes on waiting for people."""
    rows = CoderVersion.objects.filter(
        pk=version.pk, used_since__isnull=False, used_until__isnull=True
    )
    if not rows.update(used_until=at):
        raise NotAllowed("这个版本没有在使用。", "请刷新页面查看最新状态。")
    version.used_until = at
    label = Task(version.target, version.system).label
    ledger.record(
        version.subject, "coder_taken_out", by=by, at=at, task=label, number=version.number
    )
    return version
