"""`python -m anlan.proofs PATH…`: an auditor's own check, without the platform and its database.

A file named `.json` is taken for a receipt, or for the list of a recording's segments, which are
looked for beside it; everything else for an archive.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from anlan.proofs.findings import Verdict
from anlan.proofs.receipt import check_file, conclusion
from anlan.proofs.segments import check_segments, is_list
from anlan.proofs.verdict import archives_in, verify

SIGNS = {
    "changed": "改动",
    "removed": "缺失",
    "added": "多出",
    "malformed": "无效",
    "unchecked": "未核",
    "ok": "相符",
}
MOST_SHOWN = 50


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
        vkeys = [*arguments.key, *_listed_keys(arguments.keys)]
    except (OSError, UnicodeDecodeError):
        _say(f"读不到公钥文件 {arguments.keys}，请核对路径。")
        return 1
    found = [inner for path in arguments.paths for inner in archives_in(path) or [path]]
    verdicts = [(path, _verdict(path, vkeys)) for path in found]
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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="档案 zip、解开的档案、存放多份档案的文件夹、回执 .json，"
        "或录像分段清单 .json（分段文件放在它旁边）",
    )
    parser.add_argument(
        "--seal", metavar="HEX", type=str.lower, help="公布的封签，与档案的封签比对"
    )
    parser.add_argument(
        "--key",
        metavar="VKEY",
        action="append",
        default=[],
        help="公布的日志公钥或见证公钥，核对回执用，可多次给出",
    )
    parser.add_argument(
        "--keys", metavar="FILE", type=Path, help="公钥文件，每行一个，# 开头的行略过"
    )
    parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")


def _verdict(path: Path, vkeys: Sequence[str]) -> Verdict:
    if _is_segment_list(path):
        return Verdict(tuple(check_segments(path)))
    return Verdict(tuple(check_file(path, vkeys))) if _is_receipt(path) else verify(path)


def _is_segment_list(path: Path) -> bool:
    return _is_receipt(path) and is_list(path)


def _is_receipt(path: Path) -> bool:
    return path.suffix.lower() == ".json" and not path.is_dir()


def _listed_keys(path: Path | None) -> list[str]:
    lines = path.read_text("utf-8").splitlines() if path else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _tell(path: Path, verdict: Verdict) -> None:
    _say(str(path))
    for finding in verdict.findings[:MOST_SHOWN]:
        _say(f"  {SIGNS[finding.kind]}  {finding.text}")
    if len(verdict.findings) > MOST_SHOWN:
        _say(f"  ……另有 {len(verdict.findings) - MOST_SHOWN} 条，用 --json 查看全部")
    if verdict.seal:
        _say(f"  封签  {verdict.seal}")
    if _is_segment_list(path):
        whole = "录像分段完好" if verdict.ok else "录像分段不完整或被改动，原因见上"
        _say(f"结论：{whole}。")
        return
    if _is_receipt(path):
        _say(f"结论：{conclusion(verdict.findings)}")
        return
    amount = f"{verdict.files} 个文件，{verdict.bytes:,} 字节"
    _say(f"结论：档案完好，{amount}。" if verdict.ok else "结论：档案不可信，原因见上。")


def _record(path: Path, verdict: Verdict) -> dict[str, object]:
    return {"path": str(path), "ok": verdict.ok, **asdict(verdict)}


def _say(line: str) -> None:
    """Print what any terminal can show; a name from a broken archive may hold anything."""
    encoding = sys.stdout.encoding or "utf-8"
    print(line.encode(encoding, "backslashreplace").decode(encoding))
