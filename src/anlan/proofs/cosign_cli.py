"""`anlan cosign`, also `python -m anlan.proofs cosign`: a witness outside the operator's house."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from anlan.proofs import cosigner, keys, published
from anlan.proofs.checkpoint import BadCheckpoint, PrivateKey
from anlan.proofs.notes import WITNESS, vkey

DONE, BETRAYED, WRONG_USE, UNREACHABLE = 0, 1, 2, 3
LOUD = "=" * 60


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="anlan cosign",
        description="见证一个日志：取检查点，证明它延续上次所见，签名并送回。"
        "日志分叉、倒退或对不上时退出码为 1，用法不对为 2，连不上或未被接受为 3。",
    )
    add_arguments(parser)
    return run(parser.parse_args(argv))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", nargs="?", metavar="URL", help="平台或日志的网址")
    parser.add_argument("--key-file", type=Path, required=True, help="见证人的私钥文件")
    parser.add_argument("--name", required=True, help="见证人的名称，如 witness.example.cn/jn")
    parser.add_argument("--new-key", action="store_true", help="生成私钥，打印要登记的公钥")
    parser.add_argument("--sm2", action="store_true", help="与 --new-key 同用：生成 SM2 私钥")
    parser.add_argument("--state", type=Path, help="状态文件，默认放在私钥文件旁边")
    parser.add_argument("--log-key", metavar="VKEY", help="日志公钥，第一次必须给出")
    often = parser.add_mutually_exclusive_group()
    often.add_argument("--once", action="store_true", help="只见证一次（默认）")
    often.add_argument("--every", type=_seconds, metavar="SECONDS", help="每隔若干秒见证一次")


def run(args: argparse.Namespace) -> int:
    """Raises nothing that a person would have to read as a traceback."""
    if any(character in args.name for character in " \t\n+　"):
        return _complain("名称里不能有空格和加号。")
    if args.new_key:
        return _new_key(args.key_file, args.name, keys.SM2 if args.sm2 else keys.ED25519)
    if not args.url:
        return _complain("请给出平台的网址。")
    try:
        state = args.state or args.key_file.with_suffix(".state.json")
        witness = cosigner.Witness(args.name, keys.read(args.key_file), state)
        base = published.at(args.url)
        log_key = _log_key(witness, args.log_key, base)
    except (OSError, ValueError, UnicodeDecodeError) as failure:
        return _complain(f"私钥或公钥用不了：{failure}。还没有私钥时先运行 --new-key。")
    except (published.Unreachable, cosigner.BadState, _NotYet) as failure:
        return _complain(f"{failure}。")
    return _keep_visiting(witness, base, log_key, args.every)


class _NotYet(Exception):
    """The log's key has to be compared by a person first."""


def _log_key(witness: cosigner.Witness, given: str | None, base: str) -> str:
    """The key given, or pinned by the first visit; never the one that the log itself hands out."""
    seen = witness.seen()
    if given and seen and given != seen.log_key:
        raise _NotYet(f"所给日志公钥与状态文件里记住的不同，记住的是 {seen.log_key}")
    if given or seen:
        return given or (seen.log_key if seen else "")
    shown = published.fetcher(base)("key", published.LONGEST_NOTE).decode("utf-8", "replace")
    raise _NotYet(
        f"还不认得这个日志。它自称的公钥是\n  {shown.strip()}\n"
        "请向主管部门另行核对这一串，核对一致后用 --log-key 给出"
    )


def _keep_visiting(witness: cosigner.Witness, base: str, log_key: str, every: float | None) -> int:
    pause = Event()
    while True:
        code = _visit(witness, base, log_key)
        if every is None or code == BETRAYED:
            return code
        try:
            pause.wait(every)
        except KeyboardInterrupt:
            return DONE


def _visit(witness: cosigner.Witness, base: str, log_key: str) -> int:
    try:
        done = cosigner.visit(witness, base, log_key, lambda: datetime.now(UTC))
    except cosigner.Betrayed as betrayed:
        print(
            f"{LOUD}\n{betrayed}\n没有签名。两份检查点都有日志的签名，已存为证据：\n"
            f"  {betrayed.evidence}\n请立即告诉主管部门和其他见证人，并保留状态文件。\n{LOUD}",
            file=sys.stderr,
        )
        return BETRAYED
    except (published.Unreachable, cosigner.BadState, BadCheckpoint) as failure:
        print(f"{failure}。这次没有完成，稍后再试。", file=sys.stderr)
        return UNREACHABLE
    for line in done or ["日志没有变化，无需签名。"]:
        print(line, flush=True)
    return DONE


def _new_key(path: Path, name: str, algorithm: str) -> int:
    key: PrivateKey = keys.fresh(algorithm)
    try:
        keys.write_new(path, key)
    except FileExistsError:
        return _complain(f"{path} 已经存在，没有覆盖。")
    except OSError as failure:
        return _complain(f"写不了 {path}：{failure}。")
    print(f"私钥已存入 {path}，只有本人可读，请另外备份。\n请主管部门登记这个公钥：")
    print(f"  {vkey(name, key.public_key(), WITNESS)}")
    return DONE


def _complain(text: str) -> int:
    print(text, file=sys.stderr)
    return WRONG_USE


def _seconds(text: str) -> float:
    if not text.isdecimal() or not 1 <= int(text) <= 86_400:
        raise argparse.ArgumentTypeError("请写 1 到 86400 之间的整数秒")
    return float(text)
