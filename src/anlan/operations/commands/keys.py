"""`anlan keys`: the keys of personal fields; a new one, all moved to it, the old one gone."""

import argparse
from pathlib import Path

from django.conf import settings

from anlan.lib.fields import keyring
from anlan.lib.keyring import AES, SM4, add_key, drop_key, suite_of
from anlan.operations import resealing

CIPHERS = {"aes": AES, "sm4": SM4}
NAMES = {AES: "AES-256-GCM", SM4: "SM4-GCM"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--new", choices=sorted(CIPHERS), help="加一把新密钥，此后新写入的都用它")
    what.add_argument("--reseal", action="store_true", help="把用旧密钥加密的内容改用当前密钥")
    what.add_argument("--drop", metavar="KEY", help="销毁一把已经没有内容的旧密钥")


def run(args: argparse.Namespace) -> int:
    """Rotation in three steps, none of which stops the site."""
    if args.new:
        ring = add_key(_path(), CIPHERS[args.new])
        print(f"已加入 {ring.current}，此后新写入的内容用它。先备份密钥文件，再运行：")
        print("  anlan keys --reseal")
        return 0
    if args.reseal:
        return _reseal()
    if args.drop:
        return _drop(args.drop)
    _tell()
    return 0


def _path() -> Path:
    keyring()  # made where there is none yet
    return Path(settings.ANLAN_KEYRING)


def _tell() -> None:
    ring, sealed = keyring(), resealing.counts()
    for name, key in ring.keys.items():
        mark = "（当前）" if name == ring.current else ""
        print(f"{name}  {NAMES[suite_of(key)]}  数据库里 {sealed[name]:,} 项{mark}")


def _reseal() -> int:
    total = 0
    for column, moved in resealing.reseal():
        total += moved
        print(f"  {column}  {total:,} 项")
    left = {name: n for name, n in resealing.counts().items() if name != keyring().current}
    if left:
        print(
            f"还有 {sum(left.values()):,} 项刚被改动，没有换成。请再运行一次 anlan keys --reseal。"
        )
        return 1
    print(f"共换了 {total:,} 项，数据库里都用 {keyring().current} 加密。旧密钥可以销毁：")
    print("  anlan keys --drop 旧密钥编号")
    print("销毁后，此前的数据库备份里用旧密钥加密的内容不能再打开。")
    return 0


def _drop(name: str) -> int:
    ring = keyring()
    if name not in ring.keys or name == ring.current:
        known = "、".join(key for key in ring.keys if key != ring.current) or "没有"
        print(f"{name} 不能销毁。可以销毁的旧密钥：{known}。")
        return 1
    left = resealing.counts()[name]
    if left:
        print(f"还有 {left:,} 项用 {name} 加密。先运行 anlan keys --reseal。")
        return 1
    drop_key(_path(), name)
    print(f"{name} 已销毁。")
    return 0
