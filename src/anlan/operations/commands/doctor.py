"""`anlan doctor`."""

import argparse
import json
from dataclasses import asdict

from django.utils.timezone import now

from anlan.foundation.jobs.models import Lease
from anlan.operations.checkup import Finding, Health, examine

SIGNS = {Health.GOOD: "正常", Health.NOTICE: "注意", Health.WRONG: "不对"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="以 JSON 输出，含出错任务的详情")


def run(args: argparse.Namespace) -> int:
    """1 when something is wrong, 0 when not; a notice alone is not wrong."""
    findings = examine(now())
    faults = [finding for finding in findings if finding.health == Health.WRONG]
    if args.json:
        print(json.dumps(_record(findings), ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            print(_line(finding))
        print("\n没有发现问题。" if not faults else f"\n有 {len(faults)} 处要处理，办法见上。")
    return 1 if faults else 0


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
