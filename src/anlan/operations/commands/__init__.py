"""The table of `anlan` commands.

Each module has `add_arguments(parser)` and `run(args) -> int` (the exit code). It is imported only
when its command is given, so that `anlan verify` needs no database and `anlan --help` no second.
This is the one place of the house that imports by name.
"""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, cast

import django


class CommandModule(Protocol):
    """What a command's module offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, args: argparse.Namespace) -> int: ...


@dataclass(frozen=True)
class Command:
    """One line of the table; `django` says whether the platform is set up before the import."""

    module: str
    help: str
    django: bool = True


COMMANDS = {
    "setup": Command("setup", "建库、升级数据表，装入代码、规则、题库等；可反复执行"),
    "serve": Command("serve", "启动网站与后台任务；Ctrl-C 停止"),
    "work": Command("work", "只运行后台任务"),
    "record": Command("record", "只运行录像程序：直播切段入账，清点人数，核对视频时长"),
    "doctor": Command("doctor", "检查这套安装哪里不对，并说明怎样修复"),
    "logins": Command("logins", "列出演示账号，以及每个角色可以试什么"),
    "account": Command("account", "开立第一个账号；忘了密码时打印重设码"),
    "demo": Command("demo", "装入演示城市（全部为合成数据）"),
    "walk": Command("walk", "在临时数据库里让一期班走完全程，并核对封存档案"),
    "bench": Command("bench", "测量，输出一个 JSON 对象，键名带单位"),
    "import": Command("bring_in", "导入一家单位的花名册，或一份题库（xlsx、csv）"),
    "retention": Command("retention", "按保管期限销毁到期录像的原件；--dry-run 只列出不动手"),
    "export": Command("export", "把开班台账和封存档案导出到一个文件夹"),
    "cosign": Command("cosign", "作为见证人核对并签署一个日志，不需要数据库", django=False),
    "unseal": Command("unseal", "用钥匙开封档案，写出副本，不需要数据库", django=False),
    "issuer": Command("issuer", "查看签发证明的证书；--renew 换发，--root 导出根证书"),
    "keys": Command("keys", "个人信息的加密密钥：查看，换新密钥，改用新密钥，销毁旧密钥"),
    "verify": Command("verify", "核对档案、回执、证明、徽章和录像分段，不需要数据库", django=False),
    "coding": Command("coding", "由已编码的经过描述学习编码：训练、测量、使用", django=False),
    "vision": Command("vision", "在本人同意的照片上量出人脸核验的误差", django=False),
}


def load(command: Command) -> CommandModule:
    """The command's module, with Django set up where it is needed."""
    if command.django:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
        django.setup()
    return cast(CommandModule, import_module(f"{__name__}.{command.module}"))


def stands(name: str) -> bool:
    """Whether the command's module is there."""
    return find_spec(f"{__name__}.{COMMANDS[name].module}") is not None


def run_command(name: str, argv: Sequence[str] = ()) -> int:
    """Run one command as the command line would; returns its exit code."""
    command = COMMANDS[name]
    module = load(command)
    parser = argparse.ArgumentParser(prog=f"anlan {name}", description=command.help)
    module.add_arguments(parser)
    return module.run(parser.parse_args(list(argv)))
