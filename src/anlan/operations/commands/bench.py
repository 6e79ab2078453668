"""`anlan bench NAME`: measure, and print one JSON object or a table; the keys carry their units."""

import argparse
import json
from collections.abc import Callable, Mapping

from anlan.operations.bench import (
    archive,
    certificates,
    chain,
    coding,
    distribution,
    exam,
    heartbeat,
    imports,
    ledger,
    signin,
    vision,
)

BENCHES: Mapping[str, Callable[[], Mapping[str, object]]] = {
    "archive": lambda: archive.measure() | certificates.measure(),
    "chain": chain.measure,
    "coding": coding.measure,
    "distribution": distribution.measure,
    "exam": exam.measure,
    "heartbeat": heartbeat.measure,
    "import": imports.measure,
    "ledger": ledger.measure,
    "signin": signin.measure,
    "vision": vision.measure,
}
BURSTS = {"exam": exam.measure, "heartbeat": heartbeat.measure, "signin": signin.measure}
LEAST_ENTRIES, MOST_ENTRIES = 1_000, 100_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", default="chain", choices=sorted(BENCHES))
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")
    entries = f"ledger 用多少条测量，默认 {ledger.ENTRIES}，约四分钟；10000000 约四十分钟"
    parser.add_argument("--entries", type=_entries, metavar="N", help=entries)
    cases = "distribution 用多少件案件测量，默认十万和一百万各一次，约六分钟"
    parser.add_argument("--cases", type=_cases, metavar="N", help=cases)
    people = "exam、signin、heartbeat 最多多少人，默认 10000"
    parser.add_argument("--learners", type=_learners, metavar="N", help=people)


def run(args: argparse.Namespace) -> int:
    figures: Mapping[str, object]
    if args.name == "ledger" and args.entries:
        figures = ledger.measure(args.entries)
    elif args.name == "distribution" and args.cases:
        figures = distribution.measure(args.cases)
    elif args.name in BURSTS and args.learners:
        figures = BURSTS[args.name](args.learners)
    else:
        figures = BENCHES[args.name]()
    if args.json:
        print(json.dumps({"bench": args.name, **figures}, ensure_ascii=False, indent=2))
        return 0
    print(f"{args.name}：")
    for key, value in figures.items():
        print(f"  {key:<28}{value}")
    return 0


def _entries(text: str) -> int:
    if not text.isdecimal() or not LEAST_ENTRIES <= int(text) <= MOST_ENTRIES:
        raise argparse.ArgumentTypeError(f"请写 {LEAST_ENTRIES} 到 {MOST_ENTRIES} 之间的整数")
    return int(text)


def _cases(text: str) -> int:
    if not text.isdecimal() or not 1_000 <= int(text) <= 10_000_000:
        raise argparse.ArgumentTypeError("请写 1000 到 10000000 之间的整数")
    return int(text)


def _learners(text: str) -> int:
    if not text.isdecimal() or not 10 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError(f"请写 10 到 10000 之间的整数，不是「{text}」")
    return int(text)
