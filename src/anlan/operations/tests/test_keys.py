"""Keys are rotated while the site goes on; a dropped key opens nothing."""

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from pytest_django.fixtures import Settings

from anlan.identity.models import Person, RosterUpload
from anlan.identity.queries import table_of
from anlan.identity.services import register_person, upload_roster
from anlan.injuries.models import Case, CaseVersion
from anlan.injuries.services.comparing import kept, opened
from anlan.lib.fields import keyring
from anlan.lib.keyring import AES, SM4, KeyMissing, add_key, load_keyring
from anlan.operations import resealing
from anlan.operations.cli import main as anlan
from anlan.testing.cast import NOW, Cast, an_id_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def ring_file(settings: Settings, tmp_path: Path) -> Path:
    """A copy of the tests' keyring that may be changed."""
    path = tmp_path / "keyring.json"
    path.write_text(Path(settings.ANLAN_KEYRING).read_text("utf-8"), "utf-8")
    settings.ANLAN_KEYRING = str(path)
    return path


@pytest.fixture
def learner() -> Person:
    found, _ = register_person(
        name="赵明安", id_number=an_id_number(7), phone="13800138000", by=None, at=NOW
    )
    return found


def raw(person: Person, field: str = "id_number") -> str:
    """As the column has it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {field} FROM identity_person WHERE id = %s", [person.pk])
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize(("cipher", "suite"), [("aes", AES), ("sm4", SM4)])
def test_everything_moves_to_the_new_key(
    learner: Person, ring_file: Path, cipher: str, suite: str, capsys: pytest.CaptureFixture[str]
) -> None:
    number, before = learner.id_number, raw(learner)
    old = keyring().current

    assert anlan(["keys", "--new", cipher]) == 0
    assert Person.objects.get(pk=learner.pk).id_number == number  # the old key still opens
    assert anlan(["keys", "--drop", old]) == 1  # and can't go yet
    assert "--reseal" in capsys.readouterr().out
    assert raw(learner) == before

    assert anlan(["keys", "--reseal"]) == 0
    new = keyring().current
    assert raw(learner).startswith(f"{suite}.{new}.")
    assert set(resealing.counts()) == {new}
    assert anlan(["keys", "--drop", old]) == 0
    assert list(load_keyring(ring_file).keys) == [new]
    assert Person.objects.get(pk=learner.pk).id_number == number


def test_a_backup_of_before_does_not_open_once_the_key_is_gone(
    learner: Person, ring_file: Path
) -> None:
    stolen, old = raw(learner), keyring().current
    anlan(["keys", "--new", "aes"])
    anlan(["keys", "--reseal"])
    anlan(["keys", "--drop", old])
    with pytest.raises(KeyMissing):
        keyring().open(stolen, bound_to="identity.Person.id_number")


def test_a_roster_s_file_opens_after_the_rotation_and_not_with_the_old_key(
    cast: Cast, ring_file: Path
) -> None:
    told = f"姓名,身份证号\n韩样例,{an_id_number(9)}\n".encode()
    roster = upload_roster(
        SimpleUploadedFile("花名册.csv", told), cast.enterprise, by=cast.safety_officer, at=NOW
    )
    old, sealed = keyring().current, roster.file.path.read_bytes()
    anlan(["keys", "--new", "aes"])
    anlan(["keys", "--reseal"])
    assert anlan(["keys", "--drop", old]) == 0
    roster = RosterUpload.objects.get(pk=roster.pk)
    assert roster.file.path.read_bytes() == sealed
    assert table_of(roster).rows == [["韩样例", an_id_number(9)]]


def test_a_narrative_in_a_former_version_moves_too(learner: Person, ring_file: Path) -> None:
    case = Case.objects.create(injured_on=NOW.date(), known_at=NOW, changed_at=NOW)
    said = kept("narrative", "叉车倒车时碰到右脚")
    values = {"narrative": said, "age": 40}
    version = CaseVersion.objects.create(case=case, values=values, since=NOW, replaced_at=NOW)
    new = add_key(ring_file).current
    assert sum(moved for _, moved in resealing.reseal()) > 1
    version.refresh_from_db()
    assert version.values["narrative"].startswith(f"a.{new}.")
    assert opened("narrative", version.values["narrative"]) == "叉车倒车时碰到右脚"
    assert version.values["age"] == 40


def test_what_was_written_meanwhile_is_not_lost(learner: Person, ring_file: Path) -> None:
    add_key(ring_file)
    column = next(c for c in resealing.sealed_columns() if str(c) == "identity_person.phone")
    read = raw(learner, "phone")
    learner.phone = "13955550000"
    learner.save(update_fields=["phone"])
    assert resealing._move(column, [(learner.pk, read)]) == 0
    assert Person.objects.get(pk=learner.pk).phone == "13955550000"


def test_the_current_key_and_unknown_ones_stay(
    ring_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = json.loads(ring_file.read_text("utf-8"))
    assert anlan(["keys", "--drop", keyring().current]) == 1
    assert anlan(["keys", "--drop", "k99"]) == 1
    assert "不能销毁" in capsys.readouterr().out
    assert json.loads(ring_file.read_text("utf-8")) == before
