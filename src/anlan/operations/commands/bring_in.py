"""`anlan import`: files into the platform, by the same services as the pages."""

import argparse
from datetime import datetime
from pathlib import Path

from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.utils.timezone import now

from anlan.assessments import policies as banks
from anlan.assessments.queries import banks_for
from anlan.assessments.services import import_bank
from anlan.foundation.accounts.models import User
from anlan.foundation.files.services import keep_upload
from anlan.identity import policies as people
from anlan.identity.services.rosters import confirm_roster, import_roster, upload_roster
from anlan.identity.sheets import annotated_sheet
from anlan.lib import uscc
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.operations.accounts import acting, add_user_argument
from anlan.organizations.models import Organization

SHOWN = 20
BANK_ENDINGS = (".xlsx", ".xls", ".csv")
BANK_MB = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="花名册或题库")
    roster = kinds.add_parser("roster", help="花名册", description="导入一家单位的花名册")
    roster.add_argument("file", type=Path, metavar="文件")
    roster.add_argument("--uscc", required=True, metavar="代码", help="单位的统一社会信用代码")
    roster.add_argument(
        "--annotated", type=Path, metavar="XLSX", help="有问题的行写到这个文件，逐行注明原因"
    )
    bank = kinds.add_parser("bank", help="题库", description="把一份题库文件导入已有题库")
    bank.add_argument("file", type=Path, metavar="文件")
    bank.add_argument("--bank", required=True, metavar="名称", help="导入到哪个题库")
    for one in (roster, bank):
        add_user_argument(one)


def run(args: argparse.Namespace) -> int:
    """0 when every row came in, 1 when some did not (they are named)."""
    user = acting(args.user)
    if not args.file.is_file():
        raise BadInput(f"没有找到文件：{args.file}", "请检查路径。")
    with args.file.open("rb") as stream:
        upload = UploadedFile(File(stream), args.file.name, size=args.file.stat().st_size)
        if args.kind == "roster":
            return _roster(args, upload, user, now())
        return _bank(args, upload, user, now())


def _roster(
    args: argparse.Namespace, upload: "UploadedFile[bytes]", user: User, at: datetime
) -> int:
    organization = _organization(args.uscc)
    if not people.keeps_roster(user, organization):
        raise NotAllowed(f"{user.name} 不是这家单位的安全员。", "请用该单位安全员的账号。")
    roster = upload_roster(upload, organization, by=user, at=at)
    roster = import_roster(confirm_roster(roster, by=user, at=at), at=at)
    print(f"{organization.name}：共 {roster.rows_total} 行，新增 {roster.rows_new}，", end="")
    print(f"更新 {roster.rows_updated}，不变 {roster.rows_same}，有问题 {len(roster.problems)}。")
    said = [f"第 {number} 行：{'；'.join(why)}" for number, why in roster.problems.items()]
    _tell(said)
    if roster.problems and args.annotated:
        args.annotated.write_bytes(annotated_sheet(roster))
        print(f"已写出：{args.annotated}")
    return 1 if roster.problems or roster.failure else 0


def _bank(args: argparse.Namespace, upload: "UploadedFile[bytes]", user: User, at: datetime) -> int:
    bank = banks_for(user).filter(title=args.bank).first()
    if bank is None or not banks.may_keep_banks(user):
        raise NotAllowed(f"{user.name} 没有名为「{args.bank}」的题库。", "请先在网站上新建题库。")
    stored = keep_upload(upload, by=user, at=at, endings=BANK_ENDINGS, most_mb=BANK_MB)
    told = import_bank(bank, stored, by=user, at=at)
    print(f"{bank.title}：共 {told.rows_total} 行，新增 {told.rows_new}，", end="")
    print(f"不变 {told.rows_same}，有问题 {len(told.problems)}。")
    _tell([f"{row['sheet']} 第 {row['row']} 行：{row['text']}" for row in told.problems])
    return 1 if told.problems else 0


def _organization(code: str) -> Organization:
    try:
        known = Organization.objects.filter(uscc=uscc.parse(code)).first()
    except uscc.BadUscc as wrong:
        raise BadInput(f"统一社会信用代码不对：{wrong}", "请核对 18 位代码。") from wrong
    if known is None:
        raise BadInput(f"平台上没有代码为 {code} 的单位。", "请先在网站上注册。")
    return known


def _tell(lines: list[str]) -> None:
    for line in lines[:SHOWN]:
        print(f"  {line}")
    if len(lines) > SHOWN:
        print(f"  ……另有 {len(lines) - SHOWN} 行")
