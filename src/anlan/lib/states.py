"""The only hand that moves a `status`."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

from anlan.lib.prepared import update_rows
from anlan.lib.refusals import NotAllowed

Steps = Mapping[Any, set[Any]]


def advance(obj: models.Model, to: models.TextChoices, steps: Steps, **changes: object) -> None:
    """Move `obj` to `to` if a step from its present state leads there, once, whoever races us.

    One conditional UPDATE, so that of two hands the slower is refused on every database.
    """
    since: str = obj.status  # type: ignore[attr-defined]
    _refuse_unless_a_step(since, to, steps)
    rows = type(obj)._default_manager.filter(pk=obj.pk, status=since)
    if not rows.update(status=to, **changes):
        raise NotAllowed("另一位同事刚刚处理了这条记录。", "请刷新页面查看最新状态。")
    obj.status = to  # type: ignore[attr-defined]
    for name, value in changes.items():
        setattr(obj, name, value)


def advance_locked(
    objs: Sequence[models.Model], to: models.TextChoices, steps: Steps, fields: Sequence[str]
) -> None:
    """Move many rows that the caller has read under lock, with what it has set in `fields`.

    One prepared UPDATE for all. Raises `NotAllowed`, with nothing written, when one of them stands
    where no step leads to `to`.
    """
    for obj in objs:
        _refuse_unless_a_step(obj.status, to, steps)  # type: ignore[attr-defined]
    for obj in objs:
        obj.status = to  # type: ignore[attr-defined]
    update_rows(objs, ["status", *fields])


def _refuse_unless_a_step(since: str, to: models.TextChoices, steps: Steps) -> None:
    if to not in steps.get(since, set()):
        raise NotAllowed(
            f"当前状态为「{_label(to, since)}」，不能变为「{to.label}」。",
            "请刷新页面查看最新状态。",
        )


def _label(family: models.TextChoices, value: str) -> str:
    return str(type(family)(value).label)
