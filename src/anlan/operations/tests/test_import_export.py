"""Files in and out by the command line: same services, same rights as on the pages."""

from pathlib import Path

import pytest

from anlan.assessments.models import Bank, Item
from anlan.classes.models import TrainingClass
from anlan.foundation.ledger.models import Entry
from anlan.identity.models import Employment, Person, RosterUpload
from anlan.lib.spreadsheets import write_table
from anlan.operations import cli
from anlan.testing.builders import a_closed_class, the_worker_seals
from anlan.testing.cast import NOW, Cast, an_id_number

pytestmark = pytest.mark.django_db
ROSTER = ("姓名", "身份证号", "手机号")


def a_roster(folder: Path, *more: tuple[str, str, str]) -> Path:
    """Two good rows and whatever else is given."""
    rows = [
        ("赵明安", an_id_number(1), "13800001001"),
        ("欧阳安澜", an_id_number(2), "13800001002"),
        *more,
    ]
    path = folder / "花名册.xlsx"
    path.write_bytes(write_table("花名册", list(ROSTER), rows))
    return path


def bring(file: Path, cast: Cast, user: str = "officer", *more: str) -> int:
    words = ["import", "roster", str(file), "--uscc", cast.enterprise.uscc, "--as", user]
    return cli.main([*words, *more])


def test_a_good_roster_comes_in_whole(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring(a_roster(tmp_path), cast) == 0
    assert "新增 2" in capsys.readouterr().out
    assert Employment.objects.filter(organization=cast.enterprise, until=None).count() == 2


def test_a_bad_row_is_named_and_the_good_ones_kept(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = a_roster(tmp_path, ("钱大勇", "370102199001010000", "13800001003"))
    out = tmp_path / "annotated.xlsx"
    assert bring(file, cast, "officer", "--annotated", str(out)) == 1
    told = capsys.readouterr().out
    assert "有问题 1" in told
    assert "第 " in told
    assert out.stat().st_size > 1000
    assert Person.objects.count() == 2


def test_the_officer_of_another_enterprise_may_not(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Entry.objects.count()
    assert bring(a_roster(tmp_path), cast, "rivalofficer") == 1
    assert "不是这家单位的安全员" in capsys.readouterr().err
    assert not RosterUpload.objects.exists()
    assert not Person.objects.exists()
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--uscc", "91370100MA3C0000X9", "--as", "officer"], "统一社会信用代码不对"),
        (["--uscc", "{uscc}", "--as", "nobody"], "没有「nobody」这个账号"),
    ],
)
def test_a_wrong_name_is_said_plainly(
    words: list[str],
    told: str,
    cast: Cast,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = [word.format(uscc=cast.enterprise.uscc) for word in words]
    assert cli.main(["import", "roster", str(a_roster(tmp_path)), *given]) == 1
    assert told in capsys.readouterr().err
    assert not Person.objects.exists()


def test_a_file_that_is_not_there_is_said_plainly(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring(tmp_path / "nowhere.xlsx", cast) == 1
    assert "没有找到文件" in capsys.readouterr().err


def test_a_bank_takes_items_from_a_file(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Bank.objects.create(title="自有题库", owner=cast.provider, at=NOW)
    file = tmp_path / "题库.xlsx"
    headers = ["题型", "题干", "选项A", "选项B", "选项C", "选项D", "答案"]
    rows = [["单选题", "进入受限空间前应先做什么", "通风检测", "直接进入", "吸烟", "离开", "A"]]
    file.write_bytes(write_table("题库", headers, rows))
    words = ["import", "bank", str(file), "--bank", "自有题库"]
    assert cli.main([*words, "--as", "rival"]) == 1
    assert not Item.objects.exists()
    assert cli.main([*words, "--as", "manager"]) == 0
    assert "新增 1" in capsys.readouterr().out
    assert Item.objects.count() == 1


def test_a_sealed_class_is_exported_and_verifies(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    klass = a_closed_class(cast)
    the_worker_seals()
    assert cli.main(["export", str(tmp_path / "out"), "--as", "city"]) == 0
    assert (tmp_path / "out" / "培训班台账.xlsx").stat().st_size > 1000
    zips = list((tmp_path / "out" / "archives" / klass.number).glob("*.zip"))
    assert len(zips) >= 1
    assert cli.main(["verify", str(tmp_path / "out" / "archives" / klass.number)]) == 0
    assert "档案完好" in capsys.readouterr().out


def test_another_provider_exports_nothing_of_it(cast: Cast, tmp_path: Path) -> None:
    a_closed_class(cast)
    the_worker_seals()
    assert cli.main(["export", str(tmp_path / "out"), "--as", "rival"]) == 0
    assert not (tmp_path / "out" / "archives").exists()
    assert TrainingClass.objects.count() == 1
