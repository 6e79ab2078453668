"""`anlan cosign`: the witness's own command, handed on as it is."""

import argparse

from anlan.proofs import cosign_cli


def add_arguments(parser: argparse.ArgumentParser) -> None:
    cosign_cli.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    return cosign_cli.run(args)
