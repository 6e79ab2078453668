"""The `anlan` command itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from anlan.operations import cli
from anlan.operations.commands import COMMANDS, load, stands


def test_help_names_every_command_that_stands(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    told = capsys.readouterr().out
    assert [name for name in COMMANDS if stands(name) and f"  {name}" not in told] == []


def test_no_words_get_the_help_and_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 2
    assert "用法" in capsys.readouterr().out


def test_an_unknown_word_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["certify"]) == 2
    assert "certify" in capsys.readouterr().err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("anlan 0.")


@pytest.mark.parametrize("name", [name for name in COMMANDS if stands(name)])
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert f"anlan {name}" in told
    assert "".join(COMMANDS[name].help.split()) in "".join(told.split())


@pytest.mark.parametrize("name", [name for name in COMMANDS if stands(name)])
def test_every_command_keeps_the_shape(name: str) -> None:
    module = load(COMMANDS[name])
    assert callable(module.add_arguments)
    assert callable(module.run)


def test_a_database_that_is_away_gets_a_plain_answer(tmp_path: Path) -> None:
    nowhere = {"DATABASE_URL": "postgresql://anlan@127.0.0.1:1/anlan", "ANLAN_VAR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "anlan.operations", "logins"],
        env=os.environ | nowhere,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "数据库不可用" in done.stderr
    assert "Traceback" not in done.stderr


def test_verify_needs_no_django() -> None:
    """An auditor's machine has no database; the check may not even import the framework's set-up."""
    script = (
        "import sys; from anlan.operations.cli import main; code = main(['verify', 'nowhere.zip']);"
        "assert 'anlan.config.settings' not in sys.modules; sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "nowhere.zip" in done.stdout
