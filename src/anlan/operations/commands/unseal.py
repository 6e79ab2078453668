"""`anlan unseal`: an opened copy of a sealed archive, handed on as it is."""

import argparse

from anlan.proofs import opened_copy


def add_arguments(parser: argparse.ArgumentParser) -> None:
    opened_copy.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    return opened_copy.run(args)
