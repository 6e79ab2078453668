"""The `anlan` command."""

import sys
from collections.abc import Sequence
from importlib.metadata import version

from django.db import OperationalError

from anlan.lib.refusals import Refused
from anlan.operations.commands import COMMANDS, run_command, stands

INTERRUPTED = 130
WRONG_USE = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run the named command; 2 when there is no such command, 1 when it was refused."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in {"-h", "--help", "help"}:
        print(usage())
        return 0 if words else WRONG_USE
    if words[0] in {"-V", "--version"}:
        print(f"anlan {version('anlan')}")
        return 0
    name, *rest = words
    if name not in COMMANDS or not stands(name):
        print(f"没有「{name}」这个命令。\n\n{usage()}", file=sys.stderr)
        return WRONG_USE
    try:
        return run_command(name, rest)
    except Refused as refusal:
        print(f"{refusal.message}{refusal.next_step}", file=sys.stderr)
        return 1
    except OperationalError as failure:
        print(f"数据库不可用：{failure}。查看原因和办法：anlan doctor", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def usage() -> str:
    """The list of commands, as plain as it gets."""
    lines = [f"  {name:<8} {command.help}" for name, command in COMMANDS.items() if stands(name)]
    return "\n".join(
        ["用法：anlan 命令 [选项]", "", *lines, "", "某个命令的选项：anlan 命令 --help"]
    )
