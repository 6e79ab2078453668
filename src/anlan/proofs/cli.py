"""`python -m anlan.proofs PATH…`: an auditor's own check, without the platform and its database.

A file named `.json` is taken for a receipt, `.pdf` for a certificate, `.jwt` for a badge,
everything else for an archive.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.x509 import Certificate

from anlan.proofs import badge, certificate
from anlan.proofs.findings import Verdict
from anlan.proofs.receipt import check_file, conclusion
from anlan.proofs.revocations import BadList, Revocations, read_list
from anlan.proofs.trust import BadTrust, trusted
from anlan.proofs.verdict import archives_in, verify

SIGNS = {
    "changed": "改动",
    "removed": "缺失",
    "added": "多出",
    "malformed": "无效",
    "unchecked": "未核",
    "revoked": "撤销",
    "ok": "相符",
}
CONCLUSIONS = {
    ".json": conclusion,
    ".pdf": certificate.conclusion,
    ".jwt": badge.conclusion,
}
MOST_SHOWN = 50


def main(argv: Sequence[str] | None = None) -> int:
    """0 if every archive is as it was sealed and every receipt holds, 1 if not."""
    parser = argparse.ArgumentParser(
        prog="anlan verify",
        description="核对封存档案是否仍是封存时的样子，回执能否证明记录在日志中，"
        "证明 PDF 和电子徽章是否由发证机关签发、有无改动。全部完好时退出码为 0，否则为 1。",
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
    try:
        checks = Checks(vkeys, *_credentials(arguments))
    except (BadTrust, BadList) as bad:
        _say(f"{bad}。")
        return 1
    found = [inner for path in arguments.paths for inner in archives_in(path) or [path]]
    verdicts = [(path, checks.verdict(path)) for path in found]
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
        help="档案 zip、解开的档案、存放多份档案的文件夹，回执 .json，证明 .pdf，电子徽章 .jwt",
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
    add_certificate_arguments(parser)


def add_certificate_arguments(parser: argparse.ArgumentParser) -> None:
    """What checking certificates and badges takes."""
    parser.add_argument(
        "--trust",
        metavar="PEM",
        type=Path,
        action="append",
        default=[],
        help="发证机关证书（公布在 /c/issuer.pem），核对证明和徽章用，可多次给出",
    )
    parser.add_argument(
        "--revoked", metavar="FILE", type=Path, help="撤销名单 revoked.jwt（带签名）或 revoked.json"
    )
    parser.add_argument("--holder", metavar="ID", help="自称持有人的身份证号，核对徽章用")
    parser.add_argument("--code", metavar="CODE", default="", help="持有人码，与 --holder 同用")


@dataclass(frozen=True)
class Checks:
    """What each kind of file is held against."""

    vkeys: Sequence[str]
    anchors: Sequence[Certificate] = ()
    revoked: Revocations | None = None
    holder: tuple[str, str] | None = None

    def verdict(self, path: Path) -> Verdict:
        kind = _kind(path)
        if kind == ".json":
            return Verdict(tuple(check_file(path, self.vkeys)))
        if kind == ".pdf":
            return Verdict(tuple(certificate.check_file(path, self.anchors, self.revoked)))
        if kind == ".jwt":
            findings = badge.check_file(path, self.anchors, self.revoked, self.holder)
            return Verdict(tuple(findings))
        return verify(path)


def _credentials(
    arguments: argparse.Namespace,
) -> tuple[list[Certificate], Revocations | None, tuple[str, str] | None]:
    anchors = [one for path in arguments.trust for one in trusted(path)]
    revoked = read_list(arguments.revoked, anchors) if arguments.revoked else None
    holder = (arguments.holder, arguments.code) if arguments.holder else None
    return anchors, revoked, holder


def _kind(path: Path) -> str:
    """The ending that says what a file is; "" for an archive."""
    ending = path.suffix.lower()
    return ending if ending in (".json", ".pdf", ".jwt") and not path.is_dir() else ""


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
    if kind := _kind(path):
        _say(f"结论：{CONCLUSIONS[kind](verdict.findings)}")
        return
    amount = f"{verdict.files} 个文件，{verdict.bytes:,} 字节"
    _say(f"结论：档案完好，{amount}。" if verdict.ok else "结论：档案不可信，原因见上。")


def _record(path: Path, verdict: Verdict) -> dict[str, object]:
    return {"path": str(path), "ok": verdict.ok, **asdict(verdict)}


def _say(line: str) -> None:
    """Print what any terminal can show; a name from a broken archive may hold anything."""
    encoding = sys.stdout.encoding or "utf-8"
    print(line.encode(encoding, "backslashreplace").decode(encoding))
