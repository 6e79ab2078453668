"""A person leaves: what is found of them afterwards, and what a stolen database tells."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from anlan.archives.models import Archive, Certificate
from anlan.archives.services.opening import keys_for
from anlan.foundation.ledger import audit
from anlan.foundation.ledger.models import Entry, SubjectKey
from anlan.foundation.ledger.sequencer import public_key, sequence
from anlan.identity import jobs
from anlan.identity.models import DeletionStatus, ImpactAssessment, Person, Retained, id_index
from anlan.identity.queries import rights
from anlan.identity.services import confirm_roster, ensure_account, reveal, upload_roster
from anlan.identity.services import rights as acts
from anlan.injuries.models import Case, NarrativeRead, Report
from anlan.injuries.policies import may_read_narrative
from anlan.injuries.services.reading import note_read
from anlan.lib.refusals import Refused
from anlan.lib.spreadsheets import read_table, sheet_names
from anlan.proofs.part_keys import PartKeys
from anlan.proofs.verdict import Means, verify
from anlan.testing.builders import a_closed_class, the_stage, the_worker_seals
from anlan.testing.cast import NOW, Cast, an_id_number
from anlan.testing.scenes import remembered

TALE = "在冲压车间更换模具时左手食指被上模挤压，当场送医"
LATER = NOW + timedelta(days=1)
FIFTY_YEARS = NOW + timedelta(days=366 * 52)


@remembered
def a_trained_and_hurt_person(cast: Cast) -> Person:
    """In a class that is closed and sealed, with an account, a 快报 and a reveal."""
    stage = the_stage(cast, learners=2)
    a_closed_class(cast, stage=stage)
    the_worker_seals()
    person = stage.people[0]
    ensure_account(person, at=NOW)
    reveal(person, "phone", reason="电话通知本人", by=cast.district_official, at=NOW)
    case = Case.objects.create(
        organization=cast.enterprise,
        employer_name=cast.enterprise.name,
        person=person,
        injured_on=NOW.date(),
        district="370112",
        narrative=TALE,
        known_at=NOW,
        changed_at=NOW,
        is_synthetic=True,
    )
    Report.objects.create(
        case=case, noticed_at=NOW, reported_at=NOW, person_name=person.name, by=cast.safety_officer
    )
    note_read(case, by=cast.city_official, at=NOW)
    sequence(NOW)
    person.refresh_from_db()
    return person


def every_text() -> str:
    """All that stands in the database, as a thief would read it."""
    said = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            said += [repr(tuple(map(_plain, row))) for row in cursor.fetchall()]
    return "\n".join(said)


def _plain(value: object) -> object:
    """PostgreSQL hands bytes out as views, which say nothing of what is in them."""
    return bytes(value) if isinstance(value, memoryview) else value


def every_file() -> dict[Path, bytes]:
    root = Path(settings.ANLAN_FILES)
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_stolen_database_shows_no_number_no_phone_and_no_tale(cast: Cast) -> None:
    a_trained_and_hurt_person(cast)
    stolen = every_text()
    people = list(Person.objects.all())
    assert len(people) > 1
    assert people[0].name in stolen  # names are searched, and stand there in clear
    for person in people:
        assert person.id_number not in stolen
        assert person.phone not in stolen
    assert TALE not in stolen
    assert TALE[:8] not in stolen


def test_files_of_the_scene_hold_no_number_in_clear(cast: Cast) -> None:
    a_trained_and_hurt_person(cast)
    files = every_file()
    assert files
    for person in Person.objects.all():
        for path, content in files.items():
            assert person.id_number.encode() not in content, path
            assert person.phone.encode() not in content, path


def test_neither_does_a_roster_that_was_just_handed_in(cast: Cast) -> None:
    """As CSV, since the bytes of an xlsx are squeezed and would show no number anyway."""
    number, phone = an_id_number(41), "13800138041"
    told = f"姓名,身份证号,手机号\n韩样例,{number},{phone}\n".encode()
    upload = SimpleUploadedFile("花名册.csv", told)
    roster = upload_roster(upload, cast.enterprise, by=cast.safety_officer, at=NOW)
    waiting = every_text().encode() + b"".join(every_file().values())
    confirm_roster(roster, by=cast.safety_officer, at=NOW)
    assert jobs.import_rosters(NOW) == 1
    done = every_text().encode() + b"".join(every_file().values())
    for stolen in (waiting, done):
        assert number.encode() not in stolen
        assert phone.encode() not in stolen
    assert Person.objects.get(id_index=id_index(number)).id_number == number


def test_a_copy_holds_what_is_kept_and_is_sealed_until_it_is_taken(cast: Cast) -> None:
    person = a_trained_and_hurt_person(cast)
    user = person.user
    assert user is not None
    order = acts.ask_export(person, by=user, at=NOW)
    assert jobs.make_exports(NOW) == 1
    order.refresh_from_db()
    assert order.file is not None
    assert person.id_number.encode() not in order.file.path.read_bytes()
    assert order.key not in every_text()
    with zipfile.ZipFile(io.BytesIO(acts.take_export(order, by=user, at=NOW))) as bag:
        told = json.loads(bag.read("我的信息.json"))
        page = bag.read("我的信息.html").decode()
        book = bag.read("我的信息.xlsx")
    found = {one["key"]: one["rows"] for one in told["kinds"]}
    assert found["person"][0]["身份证号"] == person.id_number
    assert found["injuries"][0]["经过"] == TALE
    assert found["enrolments"]
    assert len(found["attendance"]) == 2 * len({r["签到簿"] for r in found["attendance"]})
    assert found["exams"]
    assert any("证书" in row["内容"] for row in found["archives"])
    assert TALE in page
    kept = [one["title"] for one in told["kinds"] if one["rows"]]
    assert list(sheet_names(book)) == kept
    first = read_table(book, filename="a.xlsx", sheet=kept[0], expected=("身份证号",))
    assert first.rows[0][first.headers.index("身份证号")] == person.id_number
    later = NOW + timedelta(days=8)
    assert jobs.keep_clocks(later) >= 1
    order.refresh_from_db()
    assert order.key == ""
    with pytest.raises(Refused, match="过期"):
        acts.take_export(order, by=user, at=later)


def test_a_person_sees_who_looked_over_all_rooms(cast: Cast) -> None:
    person = a_trained_and_hurt_person(cast)
    found = rights.looks_at(person)
    assert {look.kind for look in found} == {"number", "injury"}
    assert {look.who for look in found} == {"历城经办", "市级监管员"}
    assert [look.kind for look in rights.looks_at(person, kind="injury")] == ["injury"]
    assert rights.looks_at(person, since=LATER.date() + timedelta(days=2)) == []
    other = Person.objects.exclude(pk=person.pk).first()
    assert other is not None
    assert rights.looks_at(other) == []


@remembered
def erased(cast: Cast, person: Person) -> Person:
    """At the own wish, granted by the city."""
    assert person.user is not None
    asked = acts.ask_deletion(person, by=person.user, at=NOW)
    acts.decide_deletion(asked, grant=True, reason="", by=cast.city_official, at=LATER)
    return Person.objects.get(pk=person.pk)


def test_deleted_a_person_is_found_nowhere_but_where_the_law_keeps_them(cast: Cast) -> None:
    person = a_trained_and_hurt_person(cast)
    name, number, phone = person.name, person.id_number, person.phone
    user = person.user
    assert user is not None
    archives = {one.pk: one.file.path.read_bytes() for one in Archive.objects.all()}
    asked = acts.ask_deletion(person, by=user, at=NOW)
    assert asked.status == DeletionStatus.ASKED  # statutory records: an official answers
    assert {line["key"] for line in asked.shown if line["until"]} >= {"injuries", "enrolments"}
    acts.decide_deletion(asked, grant=True, reason="", by=cast.city_official, at=LATER)
    asked.refresh_from_db()
    assert asked.status == DeletionStatus.DONE

    stolen = every_text()
    for word in (name, number, phone):
        assert word not in stolen
    for path, content in every_file().items():
        if content not in archives.values():
            assert number.encode() not in content, path
            assert phone.encode() not in content, path
    printed = Certificate.objects.get(enrolment__person=person).file
    assert printed is not None
    assert printed.removed_at == LATER  # it bears the name; the sealed one is under the key
    user.refresh_from_db()
    assert not user.is_active
    assert user.name == "已注销人员"


def test_what_the_law_keeps_is_for_the_city_and_every_proof_still_holds(
    cast: Cast, tmp_path: Path
) -> None:
    before = a_trained_and_hurt_person(cast)
    name, number = before.name, before.id_number
    archives = {one.pk: one.file.path.read_bytes() for one in Archive.objects.all()}
    person = erased(cast, before)
    kept = Retained.objects.get(person=person)
    assert (kept.name, kept.id_number) == (name, number)
    assert kept.restricted_until.year == NOW.year + 50  # 工伤认定办法 24
    told = acts.reveal_retained(person, reason="待遇争议", by=cast.city_official, at=LATER)
    assert told["身份证号"] == number
    [own] = Archive.objects.filter(enrolment__person=person)
    assert keys_for(own, cast.class_manager).keys[str(own.uid)] == {}
    assert keys_for(own, cast.city_official).keys[str(own.uid)] != {}
    [case] = Case.objects.all()
    assert may_read_narrative(cast.city_official, case)
    assert not may_read_narrative(cast.district_official, case)
    sequence(LATER)
    assert audit.audit() == []
    for one in Archive.objects.all():
        assert one.file.path.read_bytes() == archives[one.pk]
        copy = tmp_path / f"{one.uid}.zip"
        copy.write_bytes(archives[one.pk])
        assert verify(copy, Means([public_key()], PartKeys({}, {}))).proved


def test_after_the_last_term_nobody_can_tell_who_it_was(cast: Cast) -> None:
    before = a_trained_and_hurt_person(cast)
    name, person = before.name, erased(cast, before)
    kept = Retained.objects.get(person=person)
    assert jobs.keep_clocks(LATER + timedelta(days=365 * 20)) >= 0
    kept.refresh_from_db()
    assert kept.name == name
    jobs.keep_clocks(FIFTY_YEARS)
    kept.refresh_from_db()
    assert (kept.name, kept.id_number) == ("", "")
    assert kept.ended_at is not None
    assert SubjectKey.objects.get(ref=str(person.uid)).secret == ""
    assert [one.narrative for one in Case.objects.all()] == [""]
    assert [one.person_name for one in Report.objects.all()] == [""]
    sequence(FIFTY_YEARS)
    assert audit.audit() == []
    assert Entry.objects.filter(verb="person_erased").count() == 1


def test_who_is_in_a_class_is_deleted_when_it_is_sealed(cast: Cast) -> None:
    stage = the_stage(cast, learners=1)
    klass = a_closed_class(cast, stage=stage)
    person = stage.people[0]
    user = ensure_account(person, at=NOW)
    asked = acts.ask_deletion(person, by=user, at=NOW)
    acts.decide_deletion(asked, grant=True, reason="", by=cast.city_official, at=NOW)
    asked.refresh_from_db()
    assert asked.status == DeletionStatus.GRANTED
    assert rights.holds_on(person) == [f"「{klass.title}」的档案正在封存，封存后执行。"]
    assert jobs.carry_out_deletions(NOW) == 0
    assert Person.objects.get(pk=person.pk).erased_at is None
    the_worker_seals()
    assert jobs.carry_out_deletions(LATER) == 1
    assert Person.objects.get(pk=person.pk).erased_at == LATER


def test_reads_of_a_tale_are_forgotten_after_their_time(cast: Cast) -> None:
    a_trained_and_hurt_person(cast)
    jobs.keep_clocks(NOW + timedelta(days=365))
    assert NarrativeRead.objects.count() == 1
    jobs.keep_clocks(NOW + timedelta(days=366 * 4))
    assert NarrativeRead.objects.count() == 0
    assert not ImpactAssessment.objects.exists()
