"""`python -m anlan.proofs PATH…`: an auditor's own check, without the platform and its database.

The first word `cosign` hands over to the witness's command.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from anlan.proofs import cosign_cli
from anlan.proofs.findings import Finding, UnreadableError, Verdict
from anlan.proofs.kinds import check, evidence_of, things_at
from anlan.proofs.part_keys import PartKeys, looks_like_keys, read_keys
from anlan.proofs.revocations import BadList, read_list
from anlan.proofs.stamps import Authority, authorities_at
from anlan.proofs.trust import BadTrust, trusted
from anlan.proofs.verdict import Means

SIGNS = {
    "changed": "改动",
    "removed": "缺失",
    "added": "多出",
    "malformed": "无效",
    "unchecked": "未核",
    "revoked": "撤销",
    "withheld": "未开",
    "ok": "相符",
}
MOST_SHOWN = 50
MOST_WITHHELD = 3


def main(argv: Sequence[str] | None = None) -> int:
    """0 if every archive is as it was sealed and every receipt holds, 1 if not."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["cosign"]:
        return cosign_cli.main(words[1:])
    parser = argparse.ArgumentParser(
        prog="anlan verify",
        description="核对封存档案是否仍是封存时的样子，回执能否证明记录在日志中，证明和电子徽章"
        "是否由发证机关签发，录像分段是否齐全。全部完好时退出码为 0，否则为 1。",
    )
    add_arguments(parser)
    return run(parser.parse_args(words))


def run(arguments: argparse.Namespace) -> int:
    """Verify what was named and tell; the exit code as `main` gives it."""
    try:
        means = means_of(arguments)
    except (UnreadableError, BadTrust, BadList) as unreadable:
        _say(f"{unreadable}。")
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


def means_of(arguments: argparse.Namespace) -> Means:
    """What was given; raises `UnreadableError`, `BadTrust`, `BadList`."""
    listed, parts = _keys_in(arguments.keys)
    anchors = [one for path in arguments.trust for one in trusted(path)]
    return Means(
        vkeys=[*arguments.key, *listed],
        keys=parts,
        authorities=_authorities(arguments.tsa),
        anchors=anchors,
        revoked=read_list(arguments.revoked, anchors) if arguments.revoked else None,
        holder=(arguments.holder, arguments.code) if arguments.holder else None,
    )


def _keys_in(files: Sequence[Path]) -> tuple[list[str], PartKeys]:
    """The public keys and the keys of parts that lie in these files."""
    listed: list[str] = []
    parts = PartKeys()
    for path in files:
        try:
            text = path.read_bytes()
            if looks_like_keys(text):
                parts = parts.with_those_of(read_keys(text))
                continue
            lines = text.decode().splitlines()
        except (OSError, UnicodeDecodeError):
            raise UnreadableError(f"读不到公钥文件或钥匙文件 {path}，请核对路径") from None
        listed += [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return listed, parts


def _authorities(path: Path | None) -> list[Authority]:
    try:
        return authorities_at(path) if path else []
    except (OSError, ValueError):
        text = f"读不到时间戳机构的证书 {path}，应是 PEM 格式，含根证书"
        raise UnreadableError(text) from None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="档案 zip、解开的档案、回执或录像分段清单 .json、证明 .pdf、电子徽章 .jwt，"
        "或存放以上各种的文件夹",
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
    parser.add_argument(
        "--tsa", metavar="PEM", type=Path, help="时间戳机构的证书（含根证书），核对回执里的时间戳"
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
