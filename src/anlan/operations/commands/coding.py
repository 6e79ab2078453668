"""`anlan coding`: learn to code narratives from a table, measure it, and code another table."""

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TextIO

from threadpoolctl import threadpool_limits

from anlan.lib.refusals import BadInput
from anlan.methods.coding import (
    Answers,
    Recipe,
    baseline_accuracy,
    evaluate,
    load_coder,
    save_coder,
    train,
)
from anlan.operations.narratives import Columns, read_cases, read_texts

HEADERS = ("行号", "建议一", "概率一", "建议二", "概率二", "建议三", "概率三", "处理")
SURE, ASK = "直接采用", "人工复核"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="动作")
    learn = verbs.add_parser("train", help="由已编码的表格训练，存入一个文件夹")
    measure = verbs.add_parser("evaluate", help="用较早的记录训练，在较晚的记录上测一次")
    use = verbs.add_parser("predict", help="给一份表格里的经过描述编码")
    for one in (learn, measure):
        one.add_argument("file", type=Path, metavar="文件", help="csv、csv.gz 或 xlsx")
        one.add_argument("--text", required=True, metavar="列", help="经过描述所在的列")
        one.add_argument("--target", required=True, metavar="列", help="编码所在的列")
        one.add_argument("--date", required=True, metavar="列", help="发生日期所在的列")
        one.add_argument("--target-prefix", type=int, metavar="N", help="只取编码的前 N 位")
        one.add_argument("--wanted", type=float, default=Recipe().wanted, metavar="准确率",
                         help="不经人工的部分要达到的准确率，默认 0.95")  # fmt: skip
        one.add_argument("--seed", type=int, default=Recipe().seed, metavar="N", help="随机种子")
        one.add_argument("--threads", type=int, default=1, metavar="N", help="线程数，默认 1")
    learn.add_argument("--to", type=Path, required=True, metavar="文件夹", help="模型存放处")
    use.add_argument("folder", type=Path, metavar="文件夹", help="train 存下的模型")
    use.add_argument("file", type=Path, metavar="文件", help="csv、csv.gz 或 xlsx")
    use.add_argument("--text", required=True, metavar="列", help="经过描述所在的列")
    use.add_argument("--to", type=Path, metavar="CSV", help="结果写到这个文件，默认写到屏幕")
    use.add_argument("--threads", type=int, default=1, metavar="N", help="线程数，默认 1")
    for one in (learn, measure, use):
        one.add_argument("--json", action="store_true", help="输出一个 JSON 对象")


def run(args: argparse.Namespace) -> int:
    """0 when it was done; what can't be done is refused."""
    verbs = {"train": _train, "evaluate": _evaluate, "predict": _predict}
    if args.threads < 1:
        raise BadInput("线程数至少为 1。", "请改 --threads。")
    with threadpool_limits(args.threads):
        verbs[args.verb](args)
    return 0


def _train(args: argparse.Namespace) -> None:
    columns, recipe = _asked(args)
    cases, left = read_cases(args.file, columns)
    coder = save_coder(train(cases, recipe, target=columns.named), args.to)
    told = coder.card.as_json()
    shares = told["shares"]
    _tell(args, {**told, "left_out": [one.as_json() for one in left]}, [
        f"已由 {coder.card.rows} 条记录训练，存入 {args.to}",
        f"较晚 {shares['cases']} 条上：准确率 {_percent(shares['accuracy'])}，"
        f"不经人工 {_percent(shares['coverage'])}，"
        f"其中准确率 {_percent(shares['accuracy_answered'])}",
        *(one.sentence() for one in left),
    ])  # fmt: skip


def _evaluate(args: argparse.Namespace) -> None:
    columns, recipe = _asked(args)
    cases, left = read_cases(args.file, columns)
    found = evaluate(cases, recipe, target=columns.named)
    figures = found.figures()
    baseline = round(baseline_accuracy(found.earlier, found.later), 4)
    told = {
        "file": args.file.name,
        "target": columns.named,
        "seed": recipe.seed,
        **figures,
        "baseline_accuracy": baseline,
        "left_out": [one.as_json() for one in left],
        "by_label": found.by_label(),
        "inner": found.coder.card.as_json()["shares"],
    }
    _tell(args, told, [
        f"训练 {figures['train_rows']} 条，测试 {figures['test_rows']} 条"
        f"（{figures['test_days'][0]} 起）",
        f"准确率 {_percent(figures['accuracy'])}，前三个建议含正确编码 "
        f"{_percent(figures['top3_accuracy'])}；固定对照 {_percent(baseline)}",
        f"不经人工 {_percent(figures['coverage'])}，"
        f"其中准确率 {_percent(figures['accuracy_answered'])}（要求 {recipe.wanted:.0%}）",
        *(one.sentence() for one in left),
    ])  # fmt: skip


def _predict(args: argparse.Namespace) -> None:
    coder = load_coder(args.folder)
    numbers, texts = read_texts(args.file, args.text)
    answers = coder.answer(texts)
    if args.json:
        _tell(args, {
            "target": coder.card.target,
            "version": coder.card.version,
            "digest": coder.card.digest,
            "rows": len(texts),
            "sure": int(answers.sure.sum()),
            "answers": [
                {"row": row, "labels": guess.labels, "sure": guess.sure,
                 "probabilities": [round(share, 4) for share in guess.probabilities]}
                for row, guess in zip(numbers, answers.guesses(), strict=True)
            ],
        }, [])  # fmt: skip
        return
    with _output(args.to) as stream:
        _write(stream, numbers, answers)
    if args.to:
        print(f"共 {len(texts)} 条，{int(answers.sure.sum())} 条可直接采用，已写出：{args.to}")


def _asked(args: argparse.Namespace) -> tuple[Columns, Recipe]:
    if args.target_prefix is not None and args.target_prefix < 1:
        raise BadInput("编码位数至少为 1。", "请改 --target-prefix。")
    if not 0.5 <= args.wanted < 1:
        raise BadInput("要求的准确率应在 0.5 与 1 之间。", "请改 --wanted，例如 0.95。")
    if args.seed < 0:
        raise BadInput("随机种子不能为负。", "请改 --seed。")
    columns = Columns(args.text, args.target, args.date, args.target_prefix)
    return columns, Recipe(wanted=args.wanted, seed=args.seed)


def _tell(args: argparse.Namespace, told: dict[str, Any], lines: Sequence[str]) -> None:
    if args.json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for line in lines:
        print(line)


def _percent(share: float | None) -> str:
    return "无" if share is None else f"{share:.1%}"


def _output(path: Path | None) -> Any:
    if path is None:
        return nullcontext(sys.stdout)
    return path.open("w", encoding="utf-8-sig", newline="")


def _write(stream: TextIO, numbers: Sequence[int], answers: Answers) -> None:
    writer = csv.writer(stream)
    writer.writerow(HEADERS)
    for number, guess in zip(numbers, answers.guesses(), strict=True):
        cells: list[object] = [number]
        for label, probability in zip(guess.labels, guess.probabilities, strict=True):
            cells += [label, f"{probability:.3f}"]
        cells += [""] * (len(HEADERS) - 1 - len(cells))
        writer.writerow([*cells, SURE if guess.sure else ASK])
