"""In whose name a command acts. The command line has no rights of its own: it uses a user's."""

import argparse

from anlan.foundation.accounts.models import User
from anlan.lib.refusals import BadInput


def add_user_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--as", dest="user", required=True, metavar="用户名", help="以谁的名义；权限也按这个人的"
    )


def acting(username: str) -> User:
    """The open account of that name."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise BadInput(f"没有「{username}」这个账号，或已停用。", "演示账号见：anlan logins")
    return user
