"""Every foreign key points downstairs or stays in its room."""

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Field, Model

from anlan.testing.floors import may_use, rooms


def test_keys_point_downstairs() -> None:
    wrong = [
        f"{field.model._meta.label}.{field.name} → {target._meta.label}"
        for field, target in _keys()
        if not may_use(_room(field.model), _room(target))
    ]
    assert wrong == []


def test_there_are_keys_to_look_at() -> None:
    assert len(list(_keys())) > 40


def _keys() -> Iterator[tuple["Field[object, object]", type[Model]]]:
    ours = rooms()
    for model in apps.get_models():
        if model._meta.app_label not in ours:
            continue
        for field in model._meta.get_fields(include_hidden=True):
            if not isinstance(field, Field) or field.remote_field is None:
                continue
            target = field.remote_field.model
            if target._meta.app_label in ours:
                yield field, target


def _room(model: type[Model]) -> str:
    return rooms()[model._meta.app_label]
