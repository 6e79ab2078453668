"""`anlan demo`: fill an empty installation with the demonstration city. All of it is synthetic."""

import argparse
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.timezone import now

from anlan.lib.dates import at_shanghai, parse_date
from anlan.lib.refusals import Refused
from anlan.operations.demo.city import FULL, SMALL, build
from anlan.organizations.models import Organization


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--full", action="store_true", help="按报道的规模（数分钟）")
    parser.add_argument("--seed", type=int, default=2021, help="同一个种子造出同一座城市")
    parser.add_argument("--today", help="以哪一天为今天（YYYY-MM-DD），默认当天")
    parser.add_argument("--quiet", action="store_true", help="只在出错时输出")


def run(args: argparse.Namespace) -> int:
    if not settings.ANLAN_DEMONSTRATION:
        raise Refused("这不是演示环境，不能装入演示数据。", "请设置 ANLAN_DEMONSTRATION=1 后再试。")
    if Organization.objects.exists():
        raise Refused("库里已经有单位，演示城市只装进空库。", "请换一个 ANLAN_VAR 文件夹。")
    began = time.perf_counter()
    build(
        FULL if args.full else SMALL,
        seed=args.seed,
        today=_today(args.today),
        say=(lambda line: None) if args.quiet else _say,
    )
    if not args.quiet:
        print(f"演示城市已装好，用时 {time.perf_counter() - began:.1f} 秒")
    return 0


def _today(text: str | None) -> datetime:
    if not text:
        return now()
    return at_shanghai(parse_date(text), datetime.min.time()) + timedelta(hours=9)


def _say(line: str) -> None:
    print(f"  {line}", flush=True)
