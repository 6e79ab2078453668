"""`anlan verify`: the auditor's own check, handed on as it is."""

import argparse

from anlan.proofs import cli


def add_arguments(parser: argparse.ArgumentParser) -> None:
    cli.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    return cli.run(args)
