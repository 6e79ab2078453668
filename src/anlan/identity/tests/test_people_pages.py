"""The pages of people: full for the own safety officer, masked for officials, none for others."""

from collections.abc import Callable
from io import BytesIO

import openpyxl
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.identity import services
from anlan.identity.models import Employment, Person, Reveal, RosterUpload, UploadStatus
from anlan.identity.tests.builders import a_file, a_row, a_worker, an_id, imported, uploaded
from anlan.testing.cast import NOW, Cast

Enter = Callable[[User], Client]


def roster_url(cast: Cast) -> str:
    return reverse("identity:roster", args=[cast.enterprise.uid])


def test_the_own_safety_officer_sees_names_officials_masks_and_nobody_numbers(
    cast: Cast, browser_of: Enter
) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    own = browser_of(cast.safety_officer).get(roster_url(cast)).content.decode()
    assert person.name in own
    assert person.id_number not in own
    assert person.phone not in own
    for official in (cast.city_official, cast.district_official):
        for url in (roster_url(cast), reverse("identity:people")):
            page = browser_of(official).get(url).content.decode()
            assert "李*" in page
            assert person.id_number not in page
            assert person.phone not in page


def test_the_own_safety_officer_reveals_a_number_with_a_reason(
    cast: Cast, browser_of: Enter
) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    client = browser_of(cast.safety_officer)
    url = reverse("identity:reveal", args=[person.uid])
    page = client.post(url, {"field": "id_number", "reason": "其他", "other": "核对证件"})
    assert person.id_number in page.content.decode()
    assert person.reveals.get().by == cast.safety_officer


def test_outsiders_get_404_and_nothing_changes(cast: Cast, browser_of: Enter) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    roster = uploaded([a_row(1)], cast.enterprise, cast.safety_officer)
    upload = [roster.uid]
    gets = [
        roster_url(cast),
        reverse("identity:roster_export", args=[cast.enterprise.uid]),
        reverse("identity:upload_roster", args=[cast.enterprise.uid]),
        reverse("identity:person", args=[person.uid]),
        reverse("identity:upload", args=upload),
        reverse("identity:upload_preview", args=upload),
        reverse("identity:upload_annotated", args=upload),
    ]
    posts = [
        reverse("identity:upload_roster", args=[cast.enterprise.uid]),
        reverse("identity:upload_preview", args=upload),
        reverse("identity:upload_discard", args=upload),
        reverse("identity:reveal", args=[person.uid]),
        reverse("identity:change_phone", args=[person.uid]),
        reverse("identity:leave", args=[person.uid]),
    ]
    learner = services.ensure_account(person, at=NOW)
    outsiders = [
        cast.rival_officer,
        cast.class_manager,
        cast.other_district_official,
        cast.trainer_user,
        cast.outsider,
        learner,
    ]
    for user in outsiders:
        client = browser_of(user)
        assert {client.get(url).status_code for url in gets} == {404}, user
        assert {client.post(url, {}).status_code for url in posts} == {404}, user
    roster.refresh_from_db()
    assert roster.status == UploadStatus.UPLOADED
    assert Employment.objects.get().until is None
    assert not Reveal.objects.exists()
    assert RosterUpload.objects.count() == 1


def test_officials_change_nothing_and_see_one_field_for_a_reason(
    cast: Cast, browser_of: Enter
) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    client = browser_of(cast.district_official)
    url = reverse("identity:reveal", args=[person.uid])
    assert client.post(url, {"field": "phone", "reason": ""}).status_code == 422
    assert client.post(url, {"field": "phone", "reason": "其他", "other": ""}).status_code == 422
    assert not Reveal.objects.exists()
    page = client.post(url, {"field": "phone", "reason": "电话通知本人"}).content.decode()
    assert person.phone in page
    assert person.id_number not in page
    assert Reveal.objects.get().reason == "电话通知本人"
    for act in ("change_phone", "leave"):
        assert client.post(reverse(f"identity:{act}", args=[person.uid]), {}).status_code == 404


def test_a_learner_sees_who_looked(cast: Cast, browser_of: Enter) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    services.reveal(person, "id_number", reason="核对本人身份", by=cast.district_official, at=NOW)
    learner = services.ensure_account(person, at=NOW)
    page = browser_of(learner).get(reverse("identity:me")).content.decode()
    assert "历城经办 查看身份证号" in page
    assert "核对本人身份" in page
    assert (
        "没有对应的学员档案"
        in browser_of(cast.outsider).get(reverse("identity:me")).content.decode()
    )


def test_a_former_employer_sees_masks_and_only_its_own_employment(
    cast: Cast, browser_of: Enter
) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    services.employ(person, cast.rival_enterprise, role="worker", on=NOW.date())
    url = reverse("identity:person", args=[person.uid])
    page = browser_of(cast.rival_officer).get(url).content.decode()
    assert "泉化" not in page
    services.leave(person, cast.enterprise, on=NOW.date())
    page = browser_of(cast.safety_officer).get(url).content.decode()
    assert person.id_number not in page
    assert "别家机械" not in page


def test_the_officer_corrects_a_phone_and_ends_an_employment(cast: Cast, browser_of: Enter) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    client = browser_of(cast.safety_officer)
    client.post(
        reverse("identity:change_phone", args=[person.uid]),
        {"phone": "15400004321", "reason": "换号"},
    )
    assert Person.objects.get().phone == "15400004321"
    client.post(reverse("identity:leave", args=[person.uid]), {"on": "2026-11-30"})
    assert str(Employment.objects.get().until) == "2026-11-30"


def test_the_guide_from_file_to_result(cast: Cast, browser_of: Enter) -> None:
    client = browser_of(cast.safety_officer)
    rows = [a_row(1), a_row(2, id_number=an_id(2)[:17])]
    start = reverse("identity:upload_roster", args=[cast.enterprise.uid])
    answer = client.post(start, {"file": a_file(rows)}, follow=True)
    assert "B 列「身份证号」" in answer.content.decode()
    roster = RosterUpload.objects.get()
    columns = {"name": "0", "id_number": "1", "phone": "2", "position": "4"}
    wrong = client.post(
        reverse("identity:upload_columns", args=[roster.uid]), columns | {"phone": "0"}
    )
    assert wrong.status_code == 422
    page = client.post(
        reverse("identity:upload_columns", args=[roster.uid]), columns, follow=True
    ).content.decode()
    assert "1 行可以导入，1 行有问题" in page
    assert "第 3 行：身份证号应为 18 位，现在是 17 位。" in page
    before = client.get(reverse("identity:upload_annotated", args=[roster.uid]))
    sheet = openpyxl.load_workbook(BytesIO(before.content)).active
    assert sheet is not None
    assert "17 位" in str(sheet["G3"].value)
    running = client.post(
        reverse("identity:upload_preview", args=[roster.uid]), follow=True
    ).content.decode()
    assert "every 1s" in running
    roster.refresh_from_db()
    services.import_roster(roster, at=NOW)
    follow = reverse("identity:upload", args=[roster.uid])
    done = client.get(follow, headers={"HX-Request": "true"}).content.decode()
    assert "every 1s" not in done
    assert "1 行未能导入" in done


def test_another_sheet_is_guessed_afresh(cast: Cast, browser_of: Enter) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "说明"
    first.append(["项目", "内容"])
    first.append(["单位", "泉化"])
    people = book.create_sheet("人员")
    people.append(["证件号码", "员工姓名"])
    people.append([an_id(1), a_row(1)[0]])
    buffer = BytesIO()
    book.save(buffer)
    buffer.name = "名单.xlsx"
    buffer.seek(0)
    client = browser_of(cast.safety_officer)
    client.post(reverse("identity:upload_roster", args=[cast.enterprise.uid]), {"file": buffer})
    roster = RosterUpload.objects.get()
    url = reverse("identity:upload_columns", args=[roster.uid])
    page = client.post(url, {"sheet": "人员"}, follow=True)
    assert page.status_code == 200
    roster.refresh_from_db()
    assert roster.mapping == {"name": 1, "id_number": 0}


def test_the_template_and_the_export_can_be_sent_back(cast: Cast, browser_of: Enter) -> None:
    client = browser_of(cast.safety_officer)
    template = client.get(reverse("identity:roster_template"))
    assert openpyxl.load_workbook(BytesIO(template.content)).active is not None
    imported([a_row(1)], cast.enterprise, cast.safety_officer)
    export = client.get(reverse("identity:roster_export", args=[cast.enterprise.uid]))
    assert Entry.objects.filter(verb="roster_exported", subject=cast.enterprise.subject).exists()
    back = BytesIO(export.content)
    back.name = "花名册.xlsx"
    client.post(reverse("identity:upload_roster", args=[cast.enterprise.uid]), {"file": back})
    roster = RosterUpload.objects.order_by("-id")[0]
    services.confirm_roster(roster, by=cast.safety_officer, at=NOW)
    assert services.import_roster(roster, at=NOW).rows_same == 1
