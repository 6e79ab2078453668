"""`anlan bench NAME`: measure, and print one JSON object or a table; the keys carry their units."""

import argparse
import json

from anlan.operations.bench import chain, coding, ledger

BENCHES = {"chain": chain.measure, "coding": coding.measure, "ledger": ledger.measure}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", default="chain", choices=sorted(BENCHES))
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")


def run(args: argparse.Namespace) -> int:
    figures = BENCHES[args.name]()
    if args.json:
        print(json.dumps({"bench": args.name, **figures}, ensure_ascii=False, indent=2))
        return 0
    print(f"{args.name}：")
    for key, value in figures.items():
        print(f"  {key:<22}{value}")
    return 0
