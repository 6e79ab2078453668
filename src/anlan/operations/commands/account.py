"""`anlan account`: the first account of an installation, and the way back when nobody can log in.

Whoever runs it holds the machine; it acts as the platform itself, and the ledger says so.
"""

import argparse

from django.utils.timezone import now

from anlan.foundation.access.services.passwords import hand_reset_code, open_account
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.services import give_role
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import BadInput

ROLES = {role.value: role for role in (Role.OPERATOR, Role.CITY_OFFICIAL)}
REASON = "在服务器上用命令办理"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    made = acts.add_parser("open", help="开立账号，打印设置密码用的码")
    made.add_argument("username", metavar="用户名")
    made.add_argument("name", metavar="姓名")
    made.add_argument("--role", choices=sorted(ROLES), help="同时授予的全市角色")
    code = acts.add_parser("code", help="给已有账号打印一个密码重设码")
    code.add_argument("username", metavar="用户名")


def run(args: argparse.Namespace) -> int:
    at = now()
    if args.act == "code":
        user = User.objects.filter(username=args.username, is_active=True).first()
        if user is None:
            raise BadInput(f"没有「{args.username}」这个账号，或已停用。", "请核对用户名。")
        code = hand_reset_code(user, by=None, at=at, reason=REASON)
    else:
        user, code = open_account(
            username=args.username, name=args.name, by=None, at=at, reason=REASON
        )
        if args.role:
            role = ROLES[args.role]
            give_role(user, role, ScopeKind.CITY, by=None, at=at, reason=REASON)
            record(f"user/{user.uid}", "role_given", by=None, at=at, role=role.label, reason=REASON)
    print(f"重设码：{code}\n在登录页点「有重设码，设置密码」，24 小时内有效，用一次即作废。")
    return 0
