"""`anlan export`: the class ledger and the sealed archives, as far as a user may have them.

`anlan export archives --year 2026 --to FOLDER|s3://bucket/prefix` copies a year for good keeping:
with seals, receipts and an index; begun again it goes on where it stopped.
"""

import argparse
import shutil
from pathlib import Path

from django.utils.timezone import now

from anlan.archives.models import Archive
from anlan.archives.policies import may_download, may_export
from anlan.archives.queries import visible_to as archives_for
from anlan.archives.services import order_export, run_export
from anlan.classes.queries import visible_to, with_counts
from anlan.classes.sheets import ledger_sheet
from anlan.foundation.accounts.models import User
from anlan.lib.refusals import BadInput, Refused
from anlan.operations.accounts import acting, add_user_argument

LEDGER = "培训班台账.xlsx"
ARCHIVES = "archives"
MEGABYTE = 1024**2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        type=Path,
        metavar="文件夹|archives",
        help="导出到哪里，没有则新建；写 archives 并给出 --year 与 --to，则导出一个年度的封存档案",
    )
    parser.add_argument("--year", type=int, metavar="年", help="哪一年结班的")
    parser.add_argument("--to", metavar="位置", help="文件夹，或 s3://桶/前缀")
    parser.add_argument("--learners", action="store_true", help="连同一人一档")
    parser.add_argument("--no-archives", action="store_true", help="只导出台账")
    add_user_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Files that are there already under the same name are replaced, others stay."""
    user = acting(args.user)
    if args.year or args.to:
        return _year(args, user)
    args.folder.mkdir(parents=True, exist_ok=True)
    classes = with_counts(visible_to(user).select_related("provider", "closing"))
    (args.folder / LEDGER).write_bytes(ledger_sheet(classes.order_by("number", "id")))
    print(f"{args.folder / LEDGER}：{classes.count()} 个班")
    if not args.no_archives:
        archives, place = newest(user), args.folder / "archives"
        for archive in archives:
            _copy(archive, place)
        print(f"{place}：{len(archives)} 份档案，核对：anlan verify {place}/*")
    return 0


def _year(args: argparse.Namespace, user: User) -> int:
    """One year; nothing that lies at the target is written over."""
    if str(args.folder) != ARCHIVES or not args.year or not args.to:
        raise BadInput(
            "导出年度档案要同时给出年度和位置。",
            "例如：anlan export archives --year 2026 --to 文件夹",
        )
    if not may_export(user):
        raise Refused("导出年度档案限市级监管员。", "请用市级监管员的账号（--as）。")
    at = now()
    order = order_export(
        args.year, learners=args.learners, by=user, at=at, target=args.to, by_hand=True
    )
    done = run_export(order, at=at, tell=lambda line: print(line, flush=True))
    size = f"{done.size / MEGABYTE:,.1f} MB"
    print(f"{args.to}：{done.total} 份，{size}，其中 {done.already_there} 份已有")
    print(f"封签总根 {done.root}")
    if "://" not in args.to:
        print(f"核对：anlan verify {args.to}")
    return 0


def newest(user: User) -> list[Archive]:
    """The newest version of every archive that the user may download."""
    found = archives_for(user).select_related("klass__provider", "enrolment__person", "file")
    last = {(one.klass_id, one.enrolment_id): one for one in found.order_by("version")}
    return [one for one in last.values() if may_download(user, one)]


def _copy(archive: Archive, folder: Path) -> None:
    """One folder per class; learners' archives beside the class's."""
    place = folder / (archive.klass.number or str(archive.klass.uid))
    place.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(archive.file.path, place / Path(archive.file.name).name)
