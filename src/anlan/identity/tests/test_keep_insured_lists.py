"""The city's insured list: least data, sealed, replaced whole, counted row by row, gone in time."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.identity import jobs
from anlan.identity.models import InsuredList, InsuredPerson, SealedStatus
from anlan.identity.outside_data import _forget_files, _forget_rows
from anlan.identity.queries import insured as queries
from anlan.identity.services import insured_lists as acts
from anlan.identity.services.rights.erasing import erase_person
from anlan.identity.tests.builders import a_worker, an_id
from anlan.identity.tests.insured_scenes import AS_OF, a_list, a_list_file, uploaded_list
from anlan.lib import uscc
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.lib.spreadsheets import read_table
from anlan.testing.cast import NOW, Cast
from anlan.testing.queries import counted

pytestmark = pytest.mark.django_db
CODE, OTHER = uscc.synthetic(3), uscc.synthetic(99)
ROWS = [
    (an_id(1), CODE, "2020-01-01", ""),
    (an_id(2), OTHER, "2020年3月1日", "2026-06-30"),
    (an_id(3), CODE, "", ""),
]


def test_a_row_keeps_fingerprint_employer_and_days_alone(cast: Cast) -> None:
    made = a_list(ROWS, cast.city_official)
    assert (made.status, made.in_force, made.rows_good, made.rows_bad) == ("done", True, 3, 0)
    kept = InsuredPerson.objects.order_by("id").values_list("uscc", "since", "until")
    assert list(kept) == [
        (CODE, date(2020, 1, 1), None),
        (OTHER, date(2020, 3, 1), date(2026, 6, 30)),
        (CODE, None, None),
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM identity_insuredperson")
        assert an_id(1) not in str(cursor.fetchall())
    [line] = Entry.objects.filter(subject=made.subject, verb="insured_imported")
    assert an_id(1) not in str(line.leaf)


def test_the_file_lies_sealed_and_goes_in_time(cast: Cast) -> None:
    made = a_list(ROWS, cast.city_official)
    content = made.file.path.read_bytes()
    assert not content.startswith(b"PK")
    assert an_id(1).encode() not in content
    later = NOW + timedelta(days=8)
    assert _forget_files(NOW) == 0
    assert _forget_files(later) == 1
    made.refresh_from_db()
    assert made.key == ""
    assert made.file.removed_at == later
    assert InsuredPerson.objects.count() == 3


def test_every_row_is_good_or_has_a_reason(cast: Cast, client: Client) -> None:
    wrong = an_id(4)[:-1] + ("0" if an_id(4)[-1] != "0" else "1")
    bad = [
        (wrong, CODE, "", ""),
        (an_id(5), "91370199", "", ""),
        (an_id(6), CODE, "2026-05-01", "2025-05-01"),
        (an_id(7), CODE, "去年", ""),
    ]
    made = uploaded_list([*ROWS, *bad], cast.city_official)
    client.force_login(cast.city_official)
    preview = client.get(reverse("identity:insured_preview", args=[made.uid])).content.decode()
    assert "3 行可以导入，4 行有问题" in preview
    assert an_id(1) not in preview
    acts.confirm_list(made, by=cast.city_official, at=NOW)
    assert jobs.import_insured(NOW) == 1
    made.refresh_from_db()
    assert (made.rows_total, made.rows_done, made.rows_good, made.rows_bad) == (7, 7, 3, 4)
    answer = client.get(reverse("identity:insured_problems", args=[made.uid]))
    table = read_table(answer.content, filename="x.xlsx")
    said = [row[4] for row in table.rows]
    assert [row[5] for row in table.rows] == ["5", "6", "7", "8"]
    assert "校验位不符" in said[0]
    assert "应为 18 位" in said[1]
    assert "早于" in said[2]
    assert "看不懂" in said[3]
    assert Notice.objects.filter(user=cast.city_official, title__contains="4 行未能导入").exists()


def test_a_whole_list_takes_the_place_of_all_and_another_adds(cast: Cast) -> None:
    first = a_list(ROWS[:1], cast.city_official)
    more = a_list(ROWS[1:2], cast.city_official, whole=False, as_of=date(2026, 11, 20))
    assert set(queries.lists_in_force()) == {first, more}
    assert queries.complete_to() == AS_OF
    assert _forget_rows(NOW) == 0
    newest = a_list(ROWS[2:], cast.city_official, as_of=date(2026, 11, 22))
    assert list(queries.lists_in_force()) == [newest]
    assert queries.complete_to() == date(2026, 11, 22)
    assert _forget_rows(NOW) == 2
    assert InsuredPerson.objects.get().list == newest


def test_a_list_without_a_usable_row_replaces_nothing(cast: Cast) -> None:
    first = a_list(ROWS, cast.city_official)
    empty = a_list([("x", "y", "", "")], cast.city_official)
    assert (empty.status, empty.in_force) == ("done", False)
    assert list(queries.lists_in_force()) == [first]


def test_a_killed_import_goes_on_where_it_was_and_counts_before_it_is_whole(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = a_list(ROWS[:1], cast.city_official)
    made = uploaded_list(ROWS, cast.city_official)
    acts.confirm_list(made, by=cast.city_official, at=NOW)
    monkeypatch.setattr(acts, "AT_ONCE", 2)
    monkeypatch.setattr(acts, "_finish", _killed)
    with pytest.raises(KeyboardInterrupt):
        acts.import_list(made, at=NOW)
    monkeypatch.undo()
    half = InsuredList.objects.get(pk=made.pk)
    assert (half.status, half.rows_done, half.in_force) == (SealedStatus.RUNNING, 3, False)
    assert list(queries.lists_in_force()) == [first]
    assert jobs.import_insured(NOW) == 1
    assert InsuredPerson.objects.filter(list=made).count() == 3
    assert list(queries.lists_in_force()) == [made]


def _killed(*args: object) -> None:
    raise KeyboardInterrupt


def test_a_list_that_proves_wrong_is_stopped_with_a_reason(cast: Cast, client: Client) -> None:
    made = a_list(ROWS, cast.city_official)
    client.force_login(cast.city_official)
    url = reverse("identity:insured_stop", args=[made.uid])
    assert client.post(url, {"reason": ""}).status_code == 422
    assert queries.lists_in_force().exists()
    client.post(url, {"reason": "漏了两个区县"})
    assert not queries.lists_in_force().exists()
    assert _forget_rows(NOW) == 3
    with pytest.raises(NotAllowed):
        acts.stop_list(made, reason="再来", by=cast.city_official, at=NOW)


def test_an_old_list_says_nothing_any_more(cast: Cast) -> None:
    a_list(ROWS, cast.city_official)
    assert _forget_rows(NOW + timedelta(days=400)) == 0
    assert _forget_rows(NOW + timedelta(days=401)) == 3
    assert queries.complete_to() is None


def test_a_day_to_come_and_other_files_are_refused(cast: Cast) -> None:
    with pytest.raises(BadInput, match="今天之后"):
        uploaded_list(ROWS, cast.city_official, as_of=date(2026, 11, 24))
    with pytest.raises(BadInput):
        acts.upload_list(
            a_list_file(ROWS, "参保.pdf"), as_of=AS_OF, whole=True, by=cast.city_official, at=NOW
        )
    assert not InsuredList.objects.exists()


def test_a_deleted_person_is_on_the_list_no_more(cast: Cast) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    a_list([*ROWS, (person.id_number, CODE, "", "")], cast.city_official)
    erase_person(person, by=cast.city_official, at=NOW)
    assert InsuredPerson.objects.count() == 3
    assert not queries.insured_by_number([person.id_number])


def test_the_city_goes_through_the_guide(cast: Cast, client: Client) -> None:
    client.force_login(cast.city_official)
    assert client.get(reverse("identity:insured_upload")).status_code == 200
    assert client.post(reverse("identity:insured_upload"), {"whole": "yes"}).status_code == 422
    words = {"file": a_list_file(ROWS), "as_of": "2026-10-31", "whole": "yes"}
    answer = client.post(reverse("identity:insured_upload"), words)
    made = InsuredList.objects.get()
    assert answer["Location"] == reverse("identity:insured_columns", args=[made.uid])
    page = client.get(answer["Location"]).content.decode()
    assert "统一社会信用代码" in page
    assert an_id(1) not in page
    mapping = {key: str(at) for key, at in made.mapping.items()}
    answer = client.post(answer["Location"], mapping)
    client.post(answer["Location"])
    jobs.import_insured(NOW)
    page = client.get(reverse("identity:insured_list", args=[made.uid])).content.decode()
    assert "这份名单正在使用" in page
    with counted("identity:insured_lists"):
        page = client.get(reverse("identity:insured_lists")).content.decode()
    assert "2026-10-31" in page


def test_a_given_up_upload_leaves_nothing(cast: Cast, client: Client) -> None:
    made = uploaded_list(ROWS, cast.city_official)
    client.force_login(cast.city_official)
    client.post(reverse("identity:insured_discard", args=[made.uid]))
    made.refresh_from_db()
    assert (made.status, made.key) == ("discarded", "")
    assert made.file.removed_at is not None


@pytest.mark.parametrize("who", ["district_official", "safety_officer", "class_manager"])
def test_lists_are_the_citys_alone(cast: Cast, client: Client, who: str) -> None:
    made = a_list(ROWS, cast.city_official)
    client.force_login(getattr(cast, who))
    for name in ("insured_list", "insured_preview", "insured_problems"):
        assert client.get(reverse(f"identity:{name}", args=[made.uid])).status_code == 404
    stop = client.post(reverse("identity:insured_stop", args=[made.uid]), {"reason": "x"})
    assert stop.status_code == 404
    assert client.get(reverse("identity:insured_lists")).status_code == 404
    assert queries.lists_in_force().exists()
