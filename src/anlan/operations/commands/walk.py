"""`anlan walk`: one class through the whole chain, in a temporary database."""

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from django.db import connection

from anlan.lib.refusals import Refused
from anlan.operations.temporary import temporary_city
from anlan.operations.walk import Step, Walk, WalkFailed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")
    parser.add_argument("--keep", metavar="DIR", help="把封存的班级档案留在这个文件夹")


def run(args: argparse.Namespace) -> int:
    began = time.perf_counter()
    steps: list[Step] = []
    failure = ""
    with temporary_city():
        walk = Walk(keep_in=Path(args.keep) if args.keep else None)
        try:
            for step in walk.steps():
                steps.append(step)
                if not args.json:
                    print(f"✓ {step.name}：{step.said}（存证 {step.ledger} 条，{step.ms} 毫秒）")
        except (WalkFailed, Refused) as broken:
            failure = str(broken)
    if args.json:
        _print_json(steps, failure, time.perf_counter() - began)
    elif failure:
        print(f"✗ 第 {len(steps) + 1} 步没有走通：{failure}", file=sys.stderr)
    return 1 if failure else 0


def _print_json(steps: list[Step], failure: str, seconds: float) -> None:
    report = {
        "database": connection.vendor,
        "sealed": not failure,
        "failure": failure,
        "walk_s": round(seconds, 2),
        "ledger_entries": steps[-1].ledger if steps else 0,
        "steps": [asdict(step) for step in steps],
    }
    print(json.dumps(report, ensure_ascii=False, indent=2))
