"""`anlan coding`: train, evaluate, predict, on tables made here (合成数据)."""

import csv
import gzip
import io
import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from anlan.lib.spreadsheets import write_table
from anlan.methods.tests.corpus import narratives
from anlan.operations import cli
from anlan.operations.bench.coding import shared_data
from anlan.operations.narratives import Columns, read_cases

ASKED = ("--text", "经过", "--target", "类型", "--date", "日期")
CODES = {"高处坠落": "101", "机械伤害": "201", "灼烫": "202"}


def _rows(many: int = 300) -> list[tuple[str, str, str]]:
    cases = narratives(many)
    return [
        (text, CODES[label], day.isoformat())
        for text, label, day in zip(cases.texts, cases.labels, cases.days, strict=True)
    ]


def _table(folder: Path, rows: list[tuple[str, str, str]], name: str = "cases.csv.gz") -> Path:
    path = folder / name
    text = io.StringIO()
    csv.writer(text).writerows([("经过", "类型", "日期"), *rows])
    content = text.getvalue().encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def _told(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, object]:
    code = cli.main([str(word) for word in ("coding", *words, "--json")])
    said = capsys.readouterr()
    assert code == 0, said.err
    told: dict[str, object] = json.loads(said.out)
    return told


def _refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert cli.main([str(word) for word in ("coding", *words)]) == 1
    return capsys.readouterr().err


def test_evaluation_reports_beside_the_baseline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = _told(capsys, "evaluate", _table(tmp_path, _rows()), *ASKED)
    assert told["accuracy"] > 0.9  # type: ignore[operator]
    assert {"accuracy_ci", "coverage", "coverage_at_wanted", "baseline_accuracy"} <= told.keys()
    assert told["train_rows"] + told["test_rows"] == 300  # type: ignore[operator]
    assert told["train_days"][1] < told["test_days"][0]  # type: ignore[index]
    assert told["left_out"] == []


def test_a_model_is_trained_and_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, model = _table(tmp_path, _rows(), "cases.csv"), tmp_path / "model"
    trained = _told(capsys, "train", table, *ASKED, "--to", model)
    used = _told(capsys, "predict", model, table, "--text", "经过")
    assert used["digest"] == trained["digest"]
    assert used["rows"] == 300
    answers = used["answers"]
    right = sum(a["labels"][0] == row[1] for a, row in zip(answers, _rows(), strict=True))  # type: ignore[call-overload]
    assert right > 285
    assert answers[0]["row"] == 2  # type: ignore[index]


def test_predictions_become_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, model, out = _table(tmp_path, _rows()), tmp_path / "model", tmp_path / "out.csv"
    _told(capsys, "train", table, *ASKED, "--to", model)
    assert cli.main(["coding", "predict", str(model), str(table), "--text", "经过", "--to", str(out)]) == 0  # fmt: skip
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert len(rows) == 300
    assert {row["处理"] for row in rows} <= {"直接采用", "人工复核"}
    assert "已写出" in capsys.readouterr().out


def test_a_prefix_keeps_the_first_characters(tmp_path: Path) -> None:
    cases, _ = read_cases(_table(tmp_path, _rows()), Columns("经过", "类型", "日期", 1))
    assert set(cases.labels) == {"1", "2"}


def test_a_workbook_is_read_like_a_csv(tmp_path: Path) -> None:
    path = tmp_path / "cases.xlsx"
    days = [(text, code, date.fromisoformat(day)) for text, code, day in _rows(40)]
    path.write_bytes(write_table("", ("经过", "类型", "日期"), days))
    plain, _ = read_cases(_table(tmp_path, _rows(40)), Columns("经过", "类型", "日期"))
    assert read_cases(path, Columns("经过", "类型", "日期"))[0] == plain


def test_rows_that_cannot_be_used_are_counted_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = _rows()
    rows[3] = (rows[3][0], rows[3][1], "去年冬天")
    rows[5] = ("", rows[5][1], rows[5][2])
    rows[7] = (rows[7][0], "", rows[7][2])
    told = _told(capsys, "evaluate", _table(tmp_path, rows), *ASKED)
    assert sorted((one["reason"], one["rows"], one["first"]) for one in told["left_out"]) == [  # type: ignore[attr-defined]
        ("「日期」不是日期", 1, [5]),
        ("「类型」为空", 1, [9]),
        ("「经过」为空", 1, [7]),
    ]
    assert told["train_rows"] + told["test_rows"] == 297  # type: ignore[operator]


@pytest.mark.parametrize("written", ["%m/%d/%Y", "%d/%m/%Y 08:30"])
def test_slashed_dates_are_read_the_way_the_column_shows(tmp_path: Path, written: str) -> None:
    first = date(2024, 1, 1)
    days = [first + timedelta(days=at) for at in range(40)]
    rows = [("a b", "1", f"{day:{written}}") for day in days]
    cases, left = read_cases(_table(tmp_path, rows), Columns("经过", "类型", "日期"))
    assert (list(cases.days), left) == (days, [])


def test_slashed_dates_that_could_be_either_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [(text, code, "3/4/2024") for text, code, _ in _rows(40)]
    assert "月在前还是日在前" in _refused(capsys, "evaluate", _table(tmp_path, rows), *ASKED)


def test_a_missing_column_is_named_with_those_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--text", "描述", "--target", "类型", "--date", "日期")
    told = _refused(capsys, "evaluate", _table(tmp_path, _rows(40)), *asked)
    assert "没有「描述」这一列" in told
    assert "经过、类型、日期" in told


def test_one_code_is_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [(text, "101", day) for text, _, day in _rows(60)]
    told = _refused(capsys, "train", _table(tmp_path, rows), *ASKED, "--to", tmp_path / "model")
    assert "同一个编码" in told
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--target-prefix", "0"), "编码位数"),
        (("--wanted", "1.5"), "准确率"),
        (("--seed", "-1"), "种子"),
        (("--threads", "0"), "线程"),
    ],
)
def test_nonsense_options_are_refused(
    words: tuple[str, str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in _refused(capsys, "evaluate", _table(tmp_path, _rows(40)), *ASKED, *words)


def test_missing_and_broken_files_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "没有找到文件" in _refused(capsys, "evaluate", tmp_path / "no.csv", *ASKED)
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(gzip.compress(b"a,b\n1,2\n")[:-9])
    assert "压缩文件已损坏" in _refused(capsys, "evaluate", broken, *ASKED)
    assert "编码模型" in _refused(capsys, "predict", tmp_path, broken, "--text", "经过")


def test_other_commands_do_not_wait_for_scikit_learn() -> None:
    asked = "import sys, anlan.operations.cli as c; c.main(['--help']); assert 'sklearn' not in sys.modules"
    coder = "import sys, anlan.methods.coding; assert 'sklearn' not in sys.modules"
    for program in (asked, coder):
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)


def test_a_part_of_the_real_narratives_is_learnt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shared_data()
    if folder is None:
        pytest.skip("共享数据不在这台机器上（ANLAN_SHARED_DATA 或 ../shared/data）")
    with gzip.open(folder / "injury_us" / "osha_sir.csv.gz", "rt", encoding="utf-8", newline="") as stream:  # fmt: skip
        rows = [
            (row["Final Narrative"], row["Event"], row["EventDate"])
            for row, _ in zip(csv.DictReader(stream), range(1500), strict=False)
        ]
    told = _told(capsys, "evaluate", _table(tmp_path, rows), *ASKED, "--target-prefix", "1")
    assert told["accuracy"] > 0.8  # type: ignore[operator]
    assert told["labels"] == 8
