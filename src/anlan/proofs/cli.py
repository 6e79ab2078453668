"""`python -m anlan.proofs PATH…`: an auditor's own check, without the platform and its database."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from anlan.proofs.findings import Finding, UnreadableError, Verdict
from anlan.proofs.kinds import check, evidence_of, things_at
from anlan.proofs.part_keys import PartKeys, looks_like_keys, read_keys
from anlan.proofs.verdict import Means

SIGNS = {
    "changed": "改动",
    "removed": "缺失",
    "added": "多出",
    "malformed": "无效",
    "unchecked": "未核",
    "withheld": "未开",
    "ok": "相符",
}
MOST_SHOWN = 50
MOST_WITHHELD = 3


def main(argv: Sequence[str] | None = None) -> int:
    """0 if every archive is as it was sealed and every receipt holds, 1 if not."""
    parser = argparse.ArgumentParser(
        prog="anlan verify",
        description="核对封存档案是否仍是封存时的样子，回执能否证明记录在日志中。"
        "全部完好时退出码为 0，否则为 1。",
    )
    add_arguments(parser)
    return run(parser.parse_args(argv))


def run(arguments: argparse.Namespace) -> int:
    """Verify what was named and tell; the exit code as `main` gives it."""
    try:
        means = means_of(arguments.key, arguments.keys)
    except UnreadableError as unreadable:
        _say(str(unreadable))
        return 1
    found = [thing for path in arguments.paths for thing in things_at(path)]
    verdicts = [(path, check(path, means)) for path in found]
    seals_agree = not arguments.seal or arguments.seal in {v.seal for _, v in verdicts}
    if arguments.json:
        print(
            json.dumps([_record(path, verdict) for path, verdict in verdicts], ensure_ascii=False)
        )
    else:
        for path, verdict in verdicts:
            _tell(path, verdict)
        if not seals_agree:
            _say("封签不符：所给封签与以上任何一份档案都不一致，档案可能被整体替换。")
    return 0 if seals_agree and all(verdict.ok for _, verdict in verdicts) else 1


def means_of(vkeys: Sequence[str], files: Sequence[Path]) -> Means:
    """What was given with --key and --keys; raises `UnreadableError`."""
    listed, parts = list(vkeys), PartKeys()
    for path in files:
        try:
            text = path.read_bytes()
            if looks_like_keys(text):
                parts = parts.with_those_of(read_keys(text))
                continue
            lines = text.decode().splitlines()
        except (OSError, UnicodeDecodeError):
            raise UnreadableError(f"读不到公钥文件或钥匙文件 {path}，请核对路径。") from None
        listed += [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return Means(listed, parts)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="档案 zip、解开的档案、回执 .json，或存放以上各种的文件夹",
    )
    parser.add_argument(
        "--seal", metavar="HEX", type=str.lower, help="公布的封签，与档案的封签比对"
    )
    parser.add_argument(
        "--key",
        metavar="VKEY",
        action="append",
        default=[],
        help="公布的日志公钥或见证公钥，可多次给出",
    )
    parser.add_argument(
        "--keys",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="公钥文件（每行一个，# 开头的行略过），或随档案取得的钥匙文件 .json，可多次给出",
    )
    parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")


def _tell(path: Path, verdict: Verdict) -> None:
    _say(str(path))
    closed = [finding for finding in verdict.findings if finding.kind == "withheld"]
    said = [finding for finding in verdict.findings if finding.kind != "withheld"]
    _list(said, MOST_SHOWN, "条")
    _list(closed, MOST_WITHHELD, "件未开封")
    if verdict.seal:
        _say(f"  封签  {verdict.seal}")
    _say(f"结论：{evidence_of(path).conclude(verdict)}")


def _list(findings: Sequence[Finding], most: int, what: str) -> None:
    for finding in findings[:most]:
        _say(f"  {SIGNS[finding.kind]}  {finding.text}")
    if len(findings) > most:
        _say(f"  ……另有 {len(findings) - most} {what}，用 --json 查看全部")


def _record(path: Path, verdict: Verdict) -> dict[str, object]:
    return {"path": str(path), "ok": verdict.ok, **asdict(verdict)}


def _say(line: str) -> None:
    """Print what any terminal can show; a name from a broken archive may hold anything."""
    encoding = sys.stdout.encoding or "utf-8"
    print(line.encode(encoding, "backslashreplace").decode(encoding))
