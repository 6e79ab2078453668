"""Scenes are played once by the services and remembered: most of a story's time is its scene.

    @remembered
    def a_running_class(cast: Cast, *, learners: int = 3) -> TrainingClass: ...

The first call plays the scene; what it changed in the database and in the story's folders is kept
in this process. A later call *from the same state with the same words* lays those rows and files
down again and answers what was answered. A scene is played anew whenever anything could make it
another one: the story has written something itself, travels in time, patches code (other than a
page's clock), has other settings, or runs outside a transaction.

A remembered builder takes plain values, rows and dataclasses of them, and changes none of them.
"""

import functools
import io
import pickle
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any, ParamSpec, TypeVar

import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Model

from anlan.testing.rows import Change, NoTable, Rows, between, lay, rows_of

P = ParamSpec("P")
R = TypeVar("R")

# Settings that name folders and files; each story has its own.
PRIVATE = {
    "ANLAN_FILES": "files",
    "ANLAN_LIVE": "live",
    "ANLAN_SMS_FOLDER": "sms",
    "ANLAN_LOG_FOLDER": "log",
    "ANLAN_KITS_KEY": "kits.key",
    "ANLAN_LOG_KEY": "log.key",
    "ANLAN_INTAKE_FOLDER": "intake",
    "ANLAN_DISTRIBUTION": "distribution",
}
_WRITE = re.compile(r'(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.I)
_SAVEPOINT = re.compile(r'(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT)\s+"?(\w+)"?', re.I)
_HARMLESS = ("SELECT", "BEGIN", "PRAGMA", "EXPLAIN", "SET ", "LOCK ", "DECLARE", "FETCH", "CLOSE")
_PLAIN = (str, int, float, bytes, bool, type(None), datetime, date, Decimal, Enum)

State = int  # a number for what made the state, so that long histories compare at once


class Unclear(Exception):
    """Something whose sameness can't be told."""


@dataclass
class _Scene:
    """What a scene left behind."""

    after: State
    changes: list[Change]
    files: dict[str, dict[Path, bytes]]
    answer: bytes


@dataclass
class _Recording:
    """A scene at play: what stood in each table before it was first written, writes so far."""

    key: Any
    before: dict[str, Rows] = field(default_factory=dict)
    steps: int = 0


class _Memory:
    """What this process remembers, and which state the story's database is in.

    `state` tells which scenes made it; None once the story has written something itself.
    """

    def __init__(self) -> None:
        self.scenes: dict[Any, _Scene] = {}
        self.numbers: dict[Any, State] = {}
        self.state: State | None = None
        self.keeps = False
        self.laying = False
        self.patched: Callable[[], bool] = bool
        self.recordings: list[_Recording] = []
        self.savepoints: list[tuple[str, State | None]] = []

    def begin(self, patched: Callable[[], bool]) -> None:
        self.state, self.keeps = self.number("bare"), True
        self.patched = patched
        self.recordings.clear()
        self.savepoints.clear()

    def number(self, made_by: Any) -> State:
        return self.numbers.setdefault(made_by, len(self.numbers))

    def watch(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        """See every statement of the story before it is executed."""
        text = sql.lstrip() if isinstance(sql, str) else ""
        if not self.laying and not text[:8].upper().startswith(_HARMLESS):
            self._note(text)
        return execute(sql, params, many, context)

    def _note(self, text: str) -> None:
        if written := _WRITE.match(text):
            self.touch(written[1])
            self._step()
        elif named := _SAVEPOINT.match(text):
            self._note_savepoint(named[1].upper(), named[2])
        else:
            self.give_up()

    def touch(self, table: str) -> None:
        for recording in self.recordings:
            if table not in recording.before:
                try:
                    recording.before[table] = rows_of(table)
                except NoTable:
                    self.give_up()
                    return

    def _step(self) -> None:
        """A scene always takes the same steps; what a story does by itself is anybody's guess."""
        self.state = None
        if self.recordings:
            playing = self.recordings[-1]
            playing.steps += 1
            self.state = self.number((playing.key, playing.steps))

    def _note_savepoint(self, verb: str, name: str) -> None:
        if verb == "SAVEPOINT":
            self.savepoints.append((name, self.state))
            return
        while self.savepoints and self.savepoints[-1][0] != name:
            self.savepoints.pop()
        if verb.startswith("RELEASE"):
            del self.savepoints[-1:]
        elif self.recordings:
            self._step()
        else:
            self.state = self.savepoints[-1][1] if self.savepoints else None
            self.keeps = False  # files of what was undone may still lie there

    def give_up(self) -> None:
        """A statement whose effect isn't known."""
        self.state = None
        self.recordings.clear()


_memory = _Memory()


def begin_story(patched: Callable[[], bool]) -> None:
    """A story begins on the bare stage; `patched` tells whether it has changed the code."""
    if _memory.watch not in connection.execute_wrappers:
        connection.execute_wrappers.append(_memory.watch)
    cache.clear()  # the people of a remembered scene bear the same numbers in every story
    _memory.begin(patched)


def forget_scenes() -> None:
    """After the database was filled anew: its numbering begins again, below what scenes hold."""
    _memory.scenes.clear()


def end_story() -> None:
    _memory.state = None


def patches_code(patches: Any) -> bool:
    """Whether a monkeypatch changed more than what pages read, such as their clock."""
    if patches is None:
        return False
    changed = [target for target, _name, _old in patches._setattr]
    return bool(patches._setitem) or not all(map(_is_page, changed))


def _is_page(target: object) -> bool:
    return isinstance(target, ModuleType) and ".views" in target.__name__


def remembered(play: Callable[P, R]) -> Callable[P, R]:
    """Make a builder one that is played once; see the module."""
    name = f"{play.__module__}.{play.__qualname__}"

    @functools.wraps(play)
    def scene(*args: P.args, **words: P.kwargs) -> R:
        state = _memory.state
        if state is None or not _is_steady():
            return play(*args, **words)
        given: dict[str, Any] = {**{str(n): arg for n, arg in enumerate(args)}, **words}
        try:
            key = (state, name, _sameness(given), _set_up())
        except Unclear:
            return play(*args, **words)
        if (found := _memory.scenes.get(key)) is not None:
            return _again(found, given)  # type: ignore[no-any-return]
        if not _memory.keeps:
            return play(*args, **words)
        return _first(key, given, lambda: play(*args, **words))

    return scene


def _is_steady() -> bool:
    travelling = time_machine.escape_hatch.is_travelling()
    return connection.in_atomic_block and not travelling and not _memory.patched()


def _first(key: Any, given: Mapping[str, Any], play: Callable[[], R]) -> R:
    """Play, and keep what it has changed."""
    files = _files()
    recording = _Recording(key)
    depth = len(_memory.recordings)
    _memory.recordings.append(recording)
    try:
        answer = play()
    except BaseException:
        _memory.state = None
        raise
    finally:
        still = recording in _memory.recordings
        del _memory.recordings[depth:]
    if not still or _memory.state is None:
        _memory.state = None
        return answer
    changes = [between(table, rows) for table, rows in recording.before.items()]
    after = _memory.number(key)
    _memory.scenes[key] = _Scene(after, changes, _new_files(files), _packed(answer, given))
    _memory.state = after
    return answer


def _again(scene: _Scene, given: Mapping[str, Any]) -> Any:
    _memory.laying = True
    try:
        for change in scene.changes:
            _memory.touch(change.table.name)
            lay(change)
    finally:
        _memory.laying = False
    for name, files in scene.files.items():
        for path, content in files.items():
            where = Path(getattr(settings, name)) / path
            where.parent.mkdir(parents=True, exist_ok=True)
            where.write_bytes(content)
    _memory.state = scene.after
    return _unpacked(scene.answer, given)


def _sameness(value: Any) -> Any:
    """Something equal for values that make the same scene."""
    if isinstance(value, _PLAIN):
        return (type(value).__name__, value)
    if isinstance(value, Model):
        return (value._meta.label, value.pk)
    if is_dataclass(value) and not isinstance(value, type):
        return (type(value), tuple(_sameness(getattr(value, f.name)) for f in fields(value)))
    if isinstance(value, tuple | list):
        return tuple(map(_sameness, value))
    if isinstance(value, Mapping):
        return tuple(sorted((str(k), _sameness(v)) for k, v in value.items()))
    raise Unclear(type(value))


@functools.cache
def _names_of_settings() -> tuple[str, ...]:
    ours = {name for name in dir(settings) if name.startswith("ANLAN_")}
    return tuple(sorted(ours - {*PRIVATE} | {"PASSWORD_HASHERS", "TIME_ZONE"}))


def _set_up() -> tuple[str, ...]:
    return tuple(str(getattr(settings, name)) for name in _names_of_settings())


def _files() -> dict[str, dict[Path, tuple[int, int]]]:
    """Per private folder, by path within it: each file's time and size."""
    found = {}
    for name in PRIVATE:
        root = Path(getattr(settings, name))
        paths = [root] if root.is_file() else [p for p in root.rglob("*") if p.is_file()]
        stats = {path.relative_to(root): path.stat() for path in paths}
        found[name] = {path: (stat.st_mtime_ns, stat.st_size) for path, stat in stats.items()}
    return found


def _new_files(before: dict[str, dict[Path, tuple[int, int]]]) -> dict[str, dict[Path, bytes]]:
    return {
        name: {
            path: (Path(getattr(settings, name)) / path).read_bytes()
            for path, stat in files.items()
            if before[name].get(path) != stat
        }
        for name, files in _files().items()
    }


def _packed(answer: Any, given: Mapping[str, Any]) -> bytes:
    """The answer; rows that the caller gave stay the caller's own."""
    names = {id(row): name for name, row in _rows_in(given)}
    out = io.BytesIO()
    pickler = pickle.Pickler(out)
    pickler.persistent_id = lambda one: names.get(id(one))  # type: ignore[method-assign]
    pickler.dump(answer)
    return out.getvalue()


def _unpacked(answer: bytes, given: Mapping[str, Any]) -> Any:
    rows = dict(_rows_in(given))
    unpickler = pickle.Unpickler(io.BytesIO(answer))
    unpickler.persistent_load = rows.__getitem__  # type: ignore[method-assign]
    return unpickler.load()


def _rows_in(value: Any, name: str = "") -> Iterator[tuple[str, Model]]:
    """Every row in the arguments, with a name that is the same for every call."""
    if isinstance(value, Model):
        yield name, value
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from _rows_in(getattr(value, one.name), f"{name}.{one.name}")
    elif isinstance(value, Mapping):
        for word, one in value.items():
            yield from _rows_in(one, f"{name}.{word}")
    elif isinstance(value, tuple | list):
        for at, one in enumerate(value):
            yield from _rows_in(one, f"{name}.{at}")
