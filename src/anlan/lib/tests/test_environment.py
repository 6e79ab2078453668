"""Nonsense in a setting ends the start with its name and what to write; a password is never said."""

from collections.abc import Callable
from pathlib import Path

import pytest

from anlan.lib.environment import BadEnvironment, Environment

HOME = Path("var")
Read = Callable[[Environment], object]


def given(**values: str) -> Environment:
    return Environment(values)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1", True), ("TRUE", True), ("on", True), ("0", False), ("No", False), ("", False)],
)
def test_a_flag_is_read_as_people_write_it(written: str, meant: bool) -> None:
    assert given(DEBUG=written).flag("DEBUG", not meant) is meant


def test_a_variable_that_is_not_set_has_its_default() -> None:
    env = given()
    assert env.text("A", "x") == "x"
    assert env.flag("A", True) is True
    assert env.number("A", 7, least=1, most=9) == 7
    assert env.names("A", ["x"]) == ["x"]
    assert env.folder("A", HOME) == HOME
    assert env.database("A", HOME / "a.sqlite3")["NAME"] == HOME / "a.sqlite3"


def test_names_are_split_at_commas_and_blanks_dropped() -> None:
    assert given(HOSTS=" a.example , ,b.example,").names("HOSTS", []) == ["a.example", "b.example"]
    assert given(HOSTS="").names("HOSTS", ["x"]) == []


def test_addresses_begin_with_a_known_scheme() -> None:
    schemes = {"stun", "turn"}
    assert given().addresses("ICE", schemes) == []
    said = "stun:a.example:3478, turn:b.example"
    assert given(ICE=said).addresses("ICE", schemes) == ["stun:a.example:3478", "turn:b.example"]
    for wrong in ("https://a.example", "a.example:3478", "stun:", "stun://"):
        with pytest.raises(BadEnvironment, match="ICE"):
            given(ICE=wrong).addresses("ICE", schemes)


@pytest.mark.parametrize("edge", ["1", "64"])
def test_a_number_may_be_either_edge(edge: str) -> None:
    assert given(N=edge).number("N", 5, least=1, most=64) == int(edge)


@pytest.mark.parametrize(
    ("written", "read", "wanted"),
    [
        ("maybe", lambda env: env.flag("X", False), "write 1 or 0"),
        ("0", lambda env: env.number("X", 5, least=1, most=64), "from 1 to 64"),
        ("65", lambda env: env.number("X", 5, least=1, most=64), "from 1 to 64"),
        ("-3", lambda env: env.number("X", 5, least=1, most=64), "from 1 to 64"),
        ("4.5", lambda env: env.number("X", 5, least=1, most=64), "from 1 to 64"),
        ("", lambda env: env.number("X", 5, least=1, most=64), "from 1 to 64"),
        (" ", lambda env: env.folder("X", HOME), "name a folder"),
        (__file__, lambda env: env.folder("X", HOME), "a folder is needed"),
        ("anlan.sqlite3", lambda env: env.database("X", HOME), "write sqlite:///PATH"),
        ("sqlite://", lambda env: env.database("X", HOME), "write sqlite:///PATH"),
        ("", lambda env: env.database("X", HOME), "write sqlite:///PATH"),
    ],
)
def test_nonsense_is_refused_with_the_name_and_what_to_write(
    written: str, read: Read, wanted: str
) -> None:
    with pytest.raises(BadEnvironment) as refused:
        read(given(X=written))
    said = str(refused.value)
    assert said.startswith("X=")
    assert wanted in said


def test_a_folder_need_not_exist_yet_and_becomes_absolute(tmp_path: Path) -> None:
    assert given(VAR=str(tmp_path / "a" / ".." / "b")).folder("VAR", HOME) == tmp_path / "b"


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("sqlite:///var/a.sqlite3", "var/a.sqlite3"),
        ("sqlite:////srv/a.sqlite3", "/srv/a.sqlite3"),
        ("sqlite:////srv/%E5%AE%89%20a.sqlite3", "/srv/安 a.sqlite3"),
    ],
)
def test_an_sqlite_address_names_a_file(address: str, path: str) -> None:
    found = given(DB=address).database("DB", HOME)
    assert (found["ENGINE"], found["NAME"]) == ("django.db.backends.sqlite3", Path(path))


def test_a_postgresql_address_is_taken_apart_and_decoded() -> None:
    address = "postgresql://an%40lan:p%40ss%2Fw%3Ard%25@db.example:5433/an%20lan?sslmode=require"
    found = given(DB=address).database("DB", HOME)
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert (found["USER"], found["PASSWORD"]) == ("an@lan", "p@ss/w:rd%")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", "5433", "an lan")
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_a_postgresql_socket_folder_may_stand_for_the_host() -> None:
    found = given(DB="postgres://%2Fvar%2Frun%2Fpostgresql/anlan").database("DB", HOME)
    assert (found["HOST"], found["PORT"], found["USER"]) == ("/var/run/postgresql", "", "")


@pytest.mark.parametrize(
    "address",
    [
        "mysql://anlan:gu-lu-hu@db.example/anlan",
        "postgresql://anlan:gu-lu-hu@db.example",
        "postgresql://anlan:gu-lu-hu@db.example:port/anlan",
        "postgresql://anlan:gu-lu-hu/x@db.example/anlan",
        "postgresql://anlan:gu-lu-hu",
        "postgresql:anlan:gu-lu-hu@db.example/anlan",
        "postgresql://db.example/?password=gu-lu-hu",
        "postgresql://db.example/anlan?gu-lu-hu",
        "postgresql://anlan:x@[gu-lu-hu/anlan",
    ],
)
def test_a_refused_database_address_never_shows_its_password(address: str) -> None:
    with pytest.raises(BadEnvironment) as refused:
        given(DATABASE_URL=address).database("DATABASE_URL", HOME)
    said = str(refused.value)
    assert "gu-lu-hu" not in said
    assert said.startswith("DATABASE_URL=")
    assert "postgresql://…/NAME" in said
    assert (
        refused.value.__suppress_context__
    )  # a traceback would quote the port that it could not read
