"""`python -m anlan.proofs PATH…`: an auditor's own check, without the platform and its database."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from anlan.proofs.findings import Verdict
from anlan.proofs.verdict import archives_in, verify

SIGNS = {"changed": "改动", "removed": "缺失", "added": "多出", "malformed": "无效", "ok": "相符"}
MOST_SHOWN = 50


def main(argv: Sequence[str] | None = None) -> int:
    """0 if every archive is as it was sealed, 1 if not."""
    parser = argparse.ArgumentParser(
        prog="anlan verify",
        description="核对封存档案是否仍是封存时的样子。完好时退出码为 0，否则为 1。",
    )
    add_arguments(parser)
    return run(parser.parse_args(argv))


def run(arguments: argparse.Namespace) -> int:
    """Verify what was named and tell; the exit code as `main` gives it."""
    archives = [found for path in arguments.paths for found in archives_in(path) or [path]]
    verdicts = [(path, verify(path)) for path in archives]
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
        help="档案 zip、解开的档案，或存放多份档案的文件夹",
    )
    parser.add_argument(
        "--seal", metavar="HEX", type=str.lower, help="公布的封签，与档案的封签比对"
    )
    parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")


def _tell(path: Path, verdict: Verdict) -> None:
    _say(str(path))
    for finding in verdict.findings[:MOST_SHOWN]:
        _say(f"  {SIGNS[finding.kind]}  {finding.text}")
    if len(verdict.findings) > MOST_SHOWN:
        _say(f"  ……另有 {len(verdict.findings) - MOST_SHOWN} 条，用 --json 查看全部")
    if verdict.seal:
        _say(f"  封签  {verdict.seal}")
    amount = f"{verdict.files} 个文件，{verdict.bytes:,} 字节"
    _say(f"结论：档案完好，{amount}。" if verdict.ok else "结论：档案不可信，原因见上。")


def _record(path: Path, verdict: Verdict) -> dict[str, object]:
    return {"path": str(path), "ok": verdict.ok, **asdict(verdict)}


def _say(line: str) -> None:
    """Print what any terminal can show; a name from a broken archive may hold anything."""
    encoding = sys.stdout.encoding or "utf-8"
    print(line.encode(encoding, "backslashreplace").decode(encoding))
