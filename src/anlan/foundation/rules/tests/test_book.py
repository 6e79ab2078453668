"""The shipped rule book is complete: every rule that is asked for stands in it, with its clause."""

import ast
import json
import re
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from anlan.foundation.rules.models import Rule
from anlan.foundation.rules.queries import rulebook
from anlan.foundation.rules.services import BOOK, load_rules
from anlan.testing.floors import PACKAGE

pytestmark = pytest.mark.django_db
ASKING = {"number", "whole", "flag", "ruling"}
SHIPPED = json.loads(BOOK.read_text("utf-8"))
KEYS = {row["key"] for row in SHIPPED}


@cache
def nodes() -> tuple[ast.AST, ...]:
    """Calls and words in the product's own source, without tests and migrations."""
    return tuple(
        node
        for path in PACKAGE.rglob("*.py")
        if not {"tests", "migrations", "testing"} & set(path.relative_to(PACKAGE).parts)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call | ast.Constant)
    )


def asked_for() -> set[str]:
    """Every key that stands in the source as what a rule book is asked for."""
    return {
        str(node.args[0].value)
        for node in nodes()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ASKING
        and ast.unparse(node.func.value) != "env"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


# A table of the city's own, without which a figure is not shown.
SUPPLIED_BY_THE_CITY = {"insights.lost_days"}


def named() -> set[str]:
    """Every word of the source that is shaped like a key of a group that the book has."""
    groups = "|".join({key.split(".")[0] for key in KEYS})
    # Names of files are shaped like keys; no rule ends so.
    shape = re.compile(
        rf"(?:{groups})\.(?!(?:pem|key|typ|zip|html|jsonl?|pdf|xlsx)$)[a-z][a-z0-9_]*"
    )
    return {
        node.value
        for node in nodes()
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and shape.fullmatch(node.value)
    }


def test_every_rule_that_the_source_asks_for_is_shipped() -> None:
    assert len(asked_for()) > 15  # the walk sees something
    assert asked_for() - KEYS == set()
    assert named() - KEYS == SUPPLIED_BY_THE_CITY


@pytest.mark.parametrize("row", SHIPPED, ids=lambda row: f"{row['key']} {row.get('scope', '')}")
def test_every_shipped_rule_says_what_it_means_and_what_binds_it(row: dict[str, object]) -> None:
    assert str(row["label"]).strip()
    assert str(row["clause"]).strip()
    assert row["value"] is not None
    assert re.fullmatch(r"[a-z]+\.[a-z][a-z0-9_]*", str(row["key"]))


def test_every_shipped_rule_has_a_value_for_everybody_today_and_when_the_book_begins() -> None:
    for day in (date(2021, 1, 1), date(2026, 11, 23)):
        assert rulebook(day).rulings.keys() == KEYS


def test_no_two_shipped_rules_are_in_force_for_the_same_day_and_scope() -> None:
    spans: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in SHIPPED:
        span = (row["valid_from"], row.get("valid_to") or "9999-12-31")
        spans.setdefault((row["key"], row.get("scope", "")), []).append(span)
    for found in spans.values():
        found.sort()
        assert all(before[1] <= after[0] for before, after in pairwise(found))


def test_loading_again_adds_nothing() -> None:
    before = list(Rule.objects.order_by("id").values())
    assert load_rules() == 0
    assert list(Rule.objects.order_by("id").values()) == before


def test_loading_never_overwrites_what_a_city_changed() -> None:
    Rule.objects.filter(key="exam.pass_mark").update(value=85, clause="本市某号文")
    load_rules()
    kept = rulebook(date(2026, 11, 23)).ruling("exam.pass_mark")
    assert (kept.value, kept.clause) == (85, "本市某号文")


def test_a_rule_that_is_missing_is_added_alone() -> None:
    Rule.objects.filter(key="exam.pass_mark").delete()
    assert load_rules() == 1
    assert rulebook(date(2026, 11, 23)).whole("exam.pass_mark") == 80


def test_a_book_of_nonsense_adds_nothing(tmp_path: Path) -> None:
    book = tmp_path / "rules.json"
    good = {"key": "a.b", "value": 1, "valid_from": "2026-01-01", "label": "x", "clause": "y"}
    book.write_text(json.dumps([good, {"key": "a.c"}]), "utf-8")
    with pytest.raises(KeyError):
        load_rules(book)
    assert not Rule.objects.filter(key="a.b").exists()
