"""`anlan vision`: how often faces are taken wrongly, on consented pictures of one's own."""

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from anlan.lib.refusals import BadInput
from anlan.vision.advice import ADVICE
from anlan.vision.calibration import DRAWS, Calibration, Rate, calibrate, gather
from anlan.vision.thresholds import Thresholds

LAYOUT = "FOLDER 里每人一个子文件夹，每人两张以上不同时间的照片；_attacks 里每种攻击一个子文件夹"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="动作")
    one = verbs.add_parser("calibrate", help="在本人同意的照片上量出误差", description=LAYOUT)
    one.add_argument("folder", type=Path, metavar="文件夹", help="照片，每人一个子文件夹")
    one.add_argument("--match", type=float, metavar="X", help="通过的相似度，默认现行规则")
    one.add_argument("--review", type=float, metavar="X", help="转人工的相似度，默认现行规则")
    one.add_argument(
        "--draws", type=int, default=DRAWS, metavar="N", help=f"按人重抽，默认 {DRAWS}"
    )
    one.add_argument("--json", action="store_true", help="输出一个 JSON 对象")


def run(args: argparse.Namespace) -> int:
    """0 when it was measured; what can't be is refused."""
    limits = _limits(args.match, args.review)
    if args.draws < 100:
        raise BadInput("重抽次数至少 100。", "请改 --draws。")
    found = calibrate(gather(args.folder, limits=limits), limits=limits, draws=args.draws)
    if args.json:
        told = {**asdict(found), "thresholds": asdict(limits), "draws": args.draws}
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(found, limits)))
    return 0


def _limits(match: float | None, review: float | None) -> Thresholds:
    usual = Thresholds()
    match = usual.match_min if match is None else match
    review = min(usual.review_min, match) if review is None else review
    if not -1 <= review <= match <= 1:
        raise BadInput(
            "相似度应在 -1 与 1 之间，转人工的不高于通过的。", "请改 --match 或 --review。"
        )
    return Thresholds(match_min=match, review_min=review)


def _lines(found: Calibration, limits: Thresholds) -> list[str]:
    at = {"match_min": limits.match_min, "review_min": limits.review_min}
    lines = [
        f"{found.persons} 人，{found.pictures} 张可用照片；"
        f"同一人 {found.genuine} 对，不同人 {found.impostor} 对",
        f"等错误率 EER {_told(found.eer)}，相似度 {found.eer_threshold:.3f}",
    ]
    lines += [f"错误通过 FMR（{key} {at[key]:g}）{_told(rate)}" for key, rate in found.fmr.items()]
    lines += [
        f"错误拒绝 FNMR（{key} {at[key]:g}）{_told(rate)}" for key, rate in found.fnmr.items()
    ]
    if found.living_refused:
        lines.append(f"真人未过活体 {_told(found.living_refused)}")
    lines += [f"攻击“{kind}”通过活体 {_told(rate)}" for kind, rate in found.attacks_passed.items()]
    return [*lines, *_unused(found.unused)]


def _told(rate: Rate) -> str:
    """Share, errors of n, Wilson; the interval by person beside it."""
    low, high = rate.wilson
    said = f"{rate.share:.2%}（{rate.errors}/{rate.n}，Wilson 95% {low:.2%} 至 {high:.2%}"
    if rate.by_person:
        said += f"；按人重抽 {rate.by_person[0]:.2%} 至 {rate.by_person[1]:.2%}"
    return said + "）"


def _unused(unused: Mapping[str, int]) -> list[str]:
    return [f"未用 {count} 张：{ADVICE[code][0]}" for code, count in sorted(unused.items())]
