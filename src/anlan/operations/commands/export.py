"""`anlan export`: the class ledger and the sealed archives, as far as a user may have them."""

import argparse
import shutil
from pathlib import Path

from anlan.archives.models import Archive
from anlan.archives.policies import may_download
from anlan.archives.queries import visible_to as archives_for
from anlan.classes.queries import visible_to, with_counts
from anlan.classes.sheets import ledger_sheet
from anlan.foundation.accounts.models import User
from anlan.operations.accounts import acting, add_user_argument

LEDGER = "培训班台账.xlsx"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="文件夹", help="导出到哪里，没有则新建")
    parser.add_argument("--no-archives", action="store_true", help="只导出台账")
    add_user_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Files that are there already under the same name are replaced, others stay."""
    user = acting(args.user)
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
