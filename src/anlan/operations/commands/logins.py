"""`anlan logins`."""

import argparse

from anlan.operations.logins import standing, table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(args: argparse.Namespace) -> int:
    """Print the demonstration's logins; 1 when there are none."""
    logins = standing()
    print(table(logins) if logins else "这套安装没有演示账号。装入演示城市：anlan demo")
    return 0 if logins else 1
