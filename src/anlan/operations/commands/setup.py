"""`anlan setup`: everything that an installation needs before it can serve. Safe to repeat."""

import argparse
from collections.abc import Callable

from django.conf import settings
from django.utils.timezone import now

from anlan.archives.issuer import ISSUER, the_issuer
from anlan.archives.models import CertificatePrint
from anlan.lib.fields import keyring
from anlan.lib.refusals import Refused
from anlan.operations import tables
from anlan.operations.commands import run_command
from anlan.operations.shipped import load_everything
from anlan.organizations.models import Organization


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="只在出错时输出")


def run(args: argparse.Namespace) -> int:
    bring_up_to_date(_silent if args.quiet else print)
    return 0


def bring_up_to_date(say: Callable[[str], None]) -> None:
    """Tables, keyring, what the product ships, and the demonstration city where one is wanted.

    Refuses to go on when data is there but the keyring is not.
    """
    steps = tables.pending_migrations()
    if not settings.ANLAN_KEYRING.exists() and not steps and Organization.objects.exists():
        raise Refused(
            f"库里已有数据，但密钥文件不见了：{settings.ANLAN_KEYRING}。",
            "请先从备份恢复它；用新密钥打不开已有的身份证号和手机号。",
        )
    if not steps and issuer_is_lost():
        raise Refused(
            f"已有签名的证明，但签发证书不见了：{settings.ANLAN_ISSUER}。",
            "请先从备份恢复它；另造的根证书与已公布的对不上。",
        )
    keyring()
    the_issuer()
    if steps:
        say(f"升级数据表（{steps} 步）")
        tables.bring_up_to_date()
    say(load_everything(at=now()))
    if settings.ANLAN_DEMONSTRATION and not Organization.objects.exists():
        say("装入演示城市（全部为合成数据）")
        run_command("demo", ["--quiet"] if say is _silent else [])


def issuer_is_lost() -> bool:
    """Prints are there, but nobody who could have signed them."""
    if settings.ANLAN_ISSUER_P12 or (settings.ANLAN_ISSUER / ISSUER).exists():
        return False
    return CertificatePrint.objects.exists()


def _silent(line: str) -> None:
    """Say nothing."""
