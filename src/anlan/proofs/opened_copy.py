"""An opened copy of a sealed archive: its parts decrypted, for whoever must read them.

A copy is no sealed archive: it has neither manifest nor seal, and says so in its first file.
`python -m anlan.proofs.opened_copy ARCHIVE --keys KEYS --to FOLDER` writes one for a court.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from anlan.proofs.bag import INFO, PAYLOAD, TAGMANIFEST
from anlan.proofs.canonical import digest
from anlan.proofs.enclosed import archive_uid
from anlan.proofs.findings import UnreadableError
from anlan.proofs.part_keys import PartKeys, read_keys
from anlan.proofs.parts import SUFFIX, BadPart, open_part
from anlan.proofs.sources import Source, opened, pieces

NOTICE = "已开封副本-非封存件.txt"
CLOSED = "未开封.txt"


class OpenedCopy:
    """The members of an opened copy. `closed` fills while they are read: parts without a key."""

    def __init__(self, source: Source, keys: PartKeys) -> None:
        self.source, self.keys = source, keys
        self.info = _info(source)
        self.closed: list[str] = []

    def members(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """(path, bytes), the notice first; raises `BadPart`, `UnreadableError` while reading."""
        yield NOTICE, iter([self._notice().encode()])
        archive = archive_uid(self.info)
        for name in self.source.names:
            if not name.startswith(PAYLOAD):
                continue
            path = name.removeprefix(PAYLOAD)
            if not name.endswith(SUFFIX):
                yield path, pieces(self.source, name)
            elif (key := self.keys.key(archive, name)) is None:
                gone = self.keys.destroyed_at(archive, name)
                self.closed.append(
                    f"{path}：{f'钥匙已于 {gone[:10]} 销毁' if gone else '没有钥匙'}"
                )
            else:
                yield path.removesuffix(SUFFIX), open_part(pieces(self.source, name), key)
        if self.closed:
            yield CLOSED, iter(["\n".join([*self.closed, ""]).encode()])

    def _notice(self) -> str:
        seal = digest(b"".join(pieces(self.source, TAGMANIFEST))).hex()
        return (
            "已开封副本，非封存件\n\n"
            f"本文件夹由封存件开封而来，含个人信息，不能作为封存件核对。\n"
            f"封存件的封签：{seal}\n"
            f"编号：{self.info.get('External-Identifier', '')}　"
            f"第 {self.info.get('Archive-Version', '')} 版\n"
            "核对时请用封存件：anlan verify 封存件.zip --keys 钥匙.json\n"
        )


@contextmanager
def opened_copy(path: Path, keys: PartKeys) -> Iterator[OpenedCopy]:
    """Of an archive, zip or unpacked; raises `UnreadableError` for what is none."""
    with opened(path) as source:
        yield OpenedCopy(source, keys)


def unseal(path: Path, keys: PartKeys, folder: Path) -> OpenedCopy:
    """Write an opened copy into a new or empty folder; returns it, with what stayed closed.

    Raises `BadPart` and `UnreadableError`; what was written until then stays there.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UnreadableError(f"{folder} 不是空文件夹，请另选一个")
    folder.mkdir(parents=True, exist_ok=True)
    with opened_copy(path, keys) as copy:
        for name, content in copy.members():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as stream:
                stream.writelines(content)
        return copy


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    parser.add_argument("archive", type=Path, metavar="ARCHIVE", help="封存档案 zip，或解开的档案")
    parser.add_argument("--keys", type=Path, required=True, metavar="FILE", help="钥匙文件 .json")
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="写到哪个空文件夹")


def run(arguments: argparse.Namespace) -> int:
    """0 when everything opened, 1 when something stayed closed or was tampered with."""
    try:
        keys = read_keys(arguments.keys.read_bytes())
        copy = unseal(arguments.archive, keys, arguments.to)
    except OSError as failure:
        print(f"读写失败：{failure.filename or arguments.keys}")
        return 1
    except (BadPart, UnreadableError) as bad:
        print(f"没有开封完：{bad}。请先用 anlan verify 核对这份档案。")
        return 1
    for line in copy.closed:
        print(f"  未开  {line}")
    print(f"已开封到 {arguments.to}，{len(copy.closed)} 件未开封。副本含个人信息，请妥善保管。")
    return 1 if copy.closed else 0


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="anlan unseal", description="用钥匙开封档案，写出副本。")
    add_arguments(parser)
    return run(parser.parse_args(argv))


def _info(source: Source) -> dict[str, str]:
    if INFO not in source.names:
        raise UnreadableError(f"缺少 {INFO}，不是完整的封存档案")
    text = b"".join(pieces(source, INFO)).decode("utf-8", "replace")
    pairs = (line.partition(": ") for line in text.split("\n") if line)
    return {label: value for label, _, value in pairs}


if __name__ == "__main__":
    sys.exit(main())
