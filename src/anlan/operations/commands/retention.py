"""`anlan retention`: what is past its time, and its end: every kind of data, then films."""

import argparse
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.timezone import now

from anlan.foundation.files.removal import sweep_removed
from anlan.identity.queries.rights import clocks
from anlan.lib.dates import date_text, local_date
from anlan.recordings.models import Recording
from anlan.recordings.retention import due, forget_expired, held_back, keep_ruling

MEGABYTE = 1024**2
SOON = timedelta(days=7)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="只列出到期的内容，不销毁")


def run(args: argparse.Namespace) -> int:
    """The same as the worker's hourly round, to its end."""
    at = now()
    _clocks(at, dry=args.dry_run)
    rule = keep_ruling(at)
    found = list(due(at))
    print(f"保管期限 {rule.value} 天（{rule.clause}）")
    print(f"到期 {len(found)} 段，共 {_size(found)}；另有 {held_back(at).count()} 段到期但在保全中")
    for one in found:
        ended = date_text(local_date(one.ends_at))
        print(f"  {ended}  {one.title}  {_size([one])}  sha256 {one.file.sha256}")
    if args.dry_run:
        print("只列出，没有销毁任何内容。")
        return 0
    done = forget_expired(at, most=len(found))
    gone = sweep_removed(at)
    print(f"已销毁 {done} 段的原件，删除 {gone} 个文件；哈希与台账保留。")
    return 0


def _clocks(at: datetime, *, dry: bool) -> None:
    """Every kind of personal data with a clock; those with a job of their own are only told."""
    for one in clocks(at, at + SOON):
        span = f"{one.value} {one.clock.unit}" if one.value else "逐条"
        print(f"{one.clock.title}：{span}；已到期 {one.now}，7 天内到期 {one.soon}（{one.clause}）")
        if dry or one.clock.forget is None:
            continue
        done = 0
        while part := one.clock.forget(at):
            done += part
        if done:
            print(f"  已处理 {done} 条。")


def _size(recordings: Iterable[Recording]) -> str:
    """Of what the rows name: of a live film that is its list alone."""
    return f"{sum(one.file.size for one in recordings) / MEGABYTE:,.1f} MB"
