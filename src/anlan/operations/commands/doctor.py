"""`anlan doctor`."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from django.utils.timezone import now

from anlan.foundation.jobs.models import Lease
from anlan.foundation.ledger.audit import audit
from anlan.foundation.ledger.models import Entry, LogHead
from anlan.lib.refusals import BadInput
from anlan.operations.checkup import Finding, Health, examine, good, wrong
from anlan.proofs.tiles import TileFolder

SIGNS = {Health.GOOD: "正常", Health.NOTICE: "注意", Health.WRONG: "不对"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="以 JSON 输出，含出错任务的详情")
    parser.add_argument(
        "--ledger",
        action="store_true",
        help="另外逐条重算整个存证账本，与分块和全部检查点核对（百万条约一分钟）",
    )
    parser.add_argument(
        "--checkpoint",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="与 --ledger 同用：审计人自己保存的检查点，可多次给出",
    )
    parser.add_argument(
        "--tiles", metavar="FOLDER", type=Path, help="与 --ledger 同用：在平台以外保存的分块副本"
    )


def run(args: argparse.Namespace) -> int:
    """1 when something is wrong, 0 when not; a notice alone is not wrong."""
    findings = examine(now())
    if args.ledger:
        findings += _ledger(args.checkpoint, args.tiles)
    faults = [finding for finding in findings if finding.health == Health.WRONG]
    if args.json:
        print(json.dumps(_record(findings), ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            print(_line(finding))
        print("\n没有发现问题。" if not faults else f"\n有 {len(faults)} 处要处理，办法见上。")
    return 1 if faults else 0


def _ledger(brought: list[Path], copy: Path | None) -> list[Finding]:
    """One finding for each fault, or one for none."""
    try:
        kept = [path.read_text("utf-8") for path in brought]
    except (OSError, UnicodeDecodeError) as failure:
        raise BadInput(f"检查点文件读不出来：{failure}。", "请核对路径。") from failure
    head = LogHead.objects.first()
    tiles = TileFolder(copy, head.alg if head else "sha256", with_entries=False) if copy else None
    faults = audit(kept, tiles)
    mend = "请停止写入，保留数据库和日志文件夹原样，与备份和见证人手里的检查点比对"
    if faults:
        return [wrong("存证账本", fault.text, mend) for fault in faults]
    text = f"{Entry.objects.count()} 条逐条重算，与分块和全部检查点一致"
    return [good("存证账本", text)]


def _line(finding: Finding) -> str:
    line = f"{SIGNS[finding.health]}  {finding.name}：{finding.text}"
    return f"{line}\n        {finding.mend}" if finding.mend else line


def _record(findings: list[Finding]) -> dict[str, object]:
    """Error texts of jobs are read only where the tables stand."""
    stands = all(f.health != Health.WRONG for f in findings if f.name in {"数据库", "数据表"})
    errors = Lease.objects.exclude(last_error="").values_list("job", "last_error") if stands else []
    return {
        "ok": all(finding.health != Health.WRONG for finding in findings),
        "findings": [asdict(finding) for finding in findings],
        "job_errors": dict(errors),
    }
