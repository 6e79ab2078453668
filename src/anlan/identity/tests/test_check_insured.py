"""File in, file out: every row of an employer's file is answered, and the asked-about see it."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.foundation.rules.models import Rule
from anlan.identity import jobs
from anlan.identity.insured import Result
from anlan.identity.models import InsuredCheck, Reveal, SealedStatus
from anlan.identity.outside_data import _end_checks
from anlan.identity.queries import insured as queries
from anlan.identity.queries.rights import looks_at
from anlan.identity.services import insured_checks as acts
from anlan.identity.services.rights.erasing import erase_person
from anlan.identity.tests.builders import a_worker, an_id
from anlan.identity.tests.insured_scenes import (
    a_check,
    a_check_file,
    a_list,
    result_of,
    started_check,
    words_of,
)
from anlan.lib.bigrams import bigrams
from anlan.lib.refusals import NotAllowed, Refused
from anlan.lib.spreadsheets import read_table
from anlan.organizations.models import Organization
from anlan.testing.cast import NOW, Cast
from anlan.testing.queries import counted

pytestmark = pytest.mark.django_db
WRONG = an_id(9)[:-1] + ("0" if an_id(9)[-1] != "0" else "1")


def the_list(cast: Cast) -> None:
    here, there = cast.enterprise.uscc, cast.rival_enterprise.uscc
    a_list(
        [
            (an_id(1), here, "2020-01-01", ""),
            (an_id(2), there, "2021-01-01", ""),
            (an_id(3), here, "2019-01-01", "2026-08-31"),
            (an_id(4), here, "2026-12-01", ""),
            (an_id(6), there, "2019-01-01", ""),
            (an_id(6), here, "2024-01-01", ""),
        ],
        cast.city_official,
    )


def test_every_row_is_answered(cast: Cast) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    the_list(cast)
    rows = [
        ("甲", an_id(1), "老员工"),
        ("乙", an_id(2), ""),
        ("丙", an_id(3), ""),
        ("丁", an_id(4), ""),
        ("戊", an_id(5), ""),
        ("己", an_id(6).lower(), ""),
        ("李 样例", person.id_number, ""),
        ("别人", person.id_number, ""),
        ("庚", WRONG, ""),
        ("辛", "3.70102E+17", ""),
        ("", an_id(1), ""),
    ]
    check = a_check(rows, cast.enterprise, cast.safety_officer)
    unknown = "平台花名册里没有此人，姓名未核对"
    same = f"号码与第 {8} 行相同"
    assert words_of(check) == [
        ("参保在册", unknown),
        ("参保单位不同", f"在别的单位参保；{unknown}"),
        ("未见参保", f"在本单位参保至 2026年8月31日，此后未见；{unknown}"),
        ("未见参保", f"在本单位自 2026年12月1日 起参保；{unknown}"),
        ("未见参保", f"截至 2026年10月31日 的名单里没有；{unknown}"),
        ("参保在册", unknown),
        ("未见参保", "截至 2026年10月31日 的名单里没有"),
        ("姓名不符", f"这个号码在平台登记的是另一个姓名，请对照身份证核对；{same}"),
        ("号码校验位不对", "身份证号校验位不符，请逐位核对，尤其是末位"),
        ("号码校验位不对", result_of(check)[9][4]),
        ("参保在册", "姓名为空，只核对了号码；号码与第 2 行相同"),
    ]
    assert "科学计数法" in result_of(check)[9][4]
    check.refresh_from_db()
    assert sum(check.counts.values()) == check.rows_total == 11
    assert check.counts == {
        "insured": 3,
        "elsewhere": 1,
        "not_seen": 4,
        "other_name": 1,
        "bad_number": 2,
    }
    first = result_of(check)[0]
    assert first[:3] == ["甲", an_id(1), "老员工"]
    assert first[5] == "2"
    assert person.name not in [row[4] for row in result_of(check)]


def test_where_else_is_for_officials_to_know(cast: Cast) -> None:
    the_list(cast)
    rows = [("乙", an_id(2), "")]
    [(_, officer)] = words_of(a_check(rows, cast.enterprise, cast.safety_officer))
    [(_, official)] = words_of(a_check(rows, cast.enterprise, cast.district_official))
    assert cast.rival_enterprise.name not in officer
    assert f"参保单位：{cast.rival_enterprise.name}" in official


def test_without_a_list_it_says_so(cast: Cast) -> None:
    check = a_check([("甲", an_id(1), ""), ("庚", WRONG, "")], cast.enterprise, cast.safety_officer)
    words = words_of(check)
    assert words[0][0] == "未核对参保"
    assert "平台还没有参保人员名单" in words[0][1]
    assert words[1][0] == "号码校验位不对"
    assert check.as_of is None


def test_a_second_sheet_says_what_was_compared(cast: Cast) -> None:
    the_list(cast)
    check = a_check([("甲", an_id(1), "")], cast.enterprise, cast.safety_officer)
    content = acts.take_check(check, by=check.by, at=NOW)
    about = read_table(content, filename="x.xlsx", sheet="说明")
    told = dict(row[:2] for row in [list(about.headers), *about.rows])
    assert told["参保名单截至"] == "2026年10月31日"
    assert told["参保在册"] == "1"
    again = acts.upload_check(
        SimpleUploadedFile("again.xlsx", content), cast.enterprise, by=cast.safety_officer, at=NOW
    )
    acts.start_check(again, again.mapping, sheet=again.sheet, by=again.by, at=NOW)
    acts.run_check(again, at=NOW)
    assert len(result_of(again)[0]) == 6, "its own columns are not carried along"


def test_who_was_asked_about_sees_it(cast: Cast) -> None:
    person = a_worker(cast.rival_enterprise, cast.rival_officer)
    a_check([("李样例", person.id_number, "")], cast.enterprise, cast.safety_officer)
    [look] = [one for one in looks_at(person) if one.kind == "insured"]
    assert look.who == cast.safety_officer.name
    assert cast.enterprise.name in look.reason
    assert look.what == "核对参保情况"


def test_files_lie_sealed_and_go_with_their_key(cast: Cast) -> None:
    check = a_check([("甲", an_id(1), "")], cast.enterprise, cast.safety_officer)
    check.refresh_from_db()
    assert check.result is not None
    assert not check.result.path.read_bytes().startswith(b"PK")
    assert check.file.removed_at == NOW, "the file that came in is gone"
    assert _end_checks(NOW + timedelta(days=6, hours=23)) == 0
    over = NOW + timedelta(days=7)
    with pytest.raises(NotAllowed, match="过期"):
        acts.take_check(check, by=check.by, at=over)
    assert _end_checks(over) == 1
    check.refresh_from_db()
    assert (check.key, check.counts) == ("", {"no_list": 1})
    assert check.result.removed_at == over
    with pytest.raises(NotAllowed):
        acts.take_check(check, by=check.by, at=NOW)


def test_every_step_is_a_line_without_names_and_numbers(cast: Cast) -> None:
    check = a_check([("甲乙丙", an_id(1), "")], cast.enterprise, cast.safety_officer)
    acts.take_check(check, by=check.by, at=NOW)
    lines = Entry.objects.filter(subject=cast.enterprise.subject, verb__startswith="insured_")
    verbs = ["insured_check_asked", "insured_checked", "insured_check_taken"]
    assert [line.verb for line in lines.order_by("id")] == verbs
    leaves = "".join(str(line.leaf) for line in lines)
    assert an_id(1) not in leaves
    assert "甲乙丙" not in leaves


def test_a_killed_comparison_begins_anew_and_tells_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    check = started_check([("李样例", person.id_number, "")], cast.enterprise, cast.safety_officer)
    monkeypatch.setattr(acts, "_tell", _killed)
    with pytest.raises(KeyboardInterrupt):
        acts.run_check(check, at=NOW)
    monkeypatch.undo()
    half = InsuredCheck.objects.get(pk=check.pk)
    assert (half.status, half.result) == (SealedStatus.RUNNING, None)
    assert not Reveal.objects.exists()
    assert jobs.check_insured(NOW) == 1
    assert jobs.check_insured(NOW) == 0
    assert Reveal.objects.count() == 1
    assert Notice.objects.filter(dedupe__startswith="insured-check").count() == 1


def _killed(*args: object) -> None:
    raise KeyboardInterrupt


def test_a_day_has_so_many_rows(cast: Cast) -> None:
    Rule.objects.filter(key="identity.insured_rows_day_max").update(value=3)
    rows = [("甲", an_id(serial), "") for serial in (1, 2)]
    started_check(rows, cast.enterprise, cast.safety_officer)
    with pytest.raises(Refused, match="超过每天 3 行"):
        started_check(rows, cast.enterprise, cast.safety_officer)
    assert queries.checks_to_run().count() == 1
    started_check(rows, cast.rival_enterprise, cast.rival_officer)


def test_a_safety_officer_goes_through_the_guide(cast: Cast, client: Client) -> None:
    client.force_login(cast.safety_officer)
    door = client.get(reverse("identity:insured_checks"))
    assert door["Location"] == reverse("identity:insured_of", args=[cast.enterprise.uid])
    with counted("identity:insured_of"):
        client.get(door["Location"])
    assert client.post(door["Location"], {"file": ""}).status_code == 422
    answer = client.post(door["Location"], {"file": a_check_file([("甲丁", an_id(1), "")])})
    check = InsuredCheck.objects.get()
    page = client.get(answer["Location"]).content.decode()
    assert "甲*" in page
    assert "甲丁" not in page
    assert an_id(1) not in page
    assert client.post(answer["Location"], {"name": "0", "id_number": "0"}).status_code == 422
    answer = client.post(answer["Location"], {"name": "0", "id_number": "1"})
    assert "正在核对" in client.get(answer["Location"]).content.decode()
    jobs.check_insured(NOW)
    page = client.get(answer["Location"]).content.decode()
    assert "下载核对结果" in page
    content = client.get(reverse("identity:insured_check_result", args=[check.uid])).content
    assert read_table(content, filename="x.xlsx").rows[0][3] == "未核对参保"


def test_an_official_finds_the_employer_first(cast: Cast, client: Client) -> None:
    for one in Organization.objects.all():
        one.search = bigrams(one.name, one.uscc)
        one.save(update_fields=["search"])
    client.force_login(cast.district_official)
    page = client.get(reverse("identity:insured_checks"), {"employer": "泉化"}).content.decode()
    assert reverse("identity:insured_of", args=[cast.enterprise.uid]) in page
    other = {"employer": "别家机械"}
    page = client.get(reverse("identity:insured_checks"), other).content.decode()
    assert "没有找到您管辖内的这家单位" in page


@pytest.mark.parametrize(
    "who", ["city_official", "district_official", "rival_officer", "class_manager", "outsider"]
)
def test_file_and_result_are_the_uploaders_alone(cast: Cast, client: Client, who: str) -> None:
    check = a_check([("甲", an_id(1), "")], cast.enterprise, cast.safety_officer)
    client.force_login(getattr(cast, who))
    for name in ("insured_check", "insured_check_columns", "insured_check_result"):
        assert client.get(reverse(f"identity:{name}", args=[check.uid])).status_code == 404
    check.refresh_from_db()
    assert check.taken == 0


def test_another_employer_is_not_to_be_asked_about(cast: Cast, client: Client) -> None:
    url = reverse("identity:insured_of", args=[cast.enterprise.uid])
    for who in (cast.rival_officer, cast.other_district_official, cast.class_manager):
        client.force_login(who)
        assert client.get(url).status_code == 404
        words = {"file": a_check_file([("甲", an_id(1), "")])}
        assert client.post(url, words).status_code == 404
    assert not InsuredCheck.objects.exists()


def test_a_given_up_file_leaves_nothing(cast: Cast, client: Client) -> None:
    check = acts.upload_check(
        a_check_file([("甲", an_id(1), "")]), cast.enterprise, by=cast.safety_officer, at=NOW
    )
    client.force_login(cast.safety_officer)
    client.post(reverse("identity:insured_check_discard", args=[check.uid]))
    page = client.get(reverse("identity:insured_check", args=[check.uid])).content.decode()
    assert "已放弃" in page
    check.refresh_from_db()
    assert check.key == ""
    assert check.file.removed_at is not None


def test_a_deleted_persons_employers_files_go_too(cast: Cast) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    check = a_check([("李样例", person.id_number, "")], cast.enterprise, cast.safety_officer)
    erase_person(person, by=cast.city_official, at=NOW)
    check.refresh_from_db()
    assert check.key == ""
    assert not Reveal.objects.exists()


def test_all_results_are_shown_in_words() -> None:
    assert [str(one.label) for one in Result][:5] == [
        "号码校验位不对",
        "姓名不符",
        "参保在册",
        "参保单位不同",
        "未见参保",
    ]


@pytest.mark.long
def test_twenty_thousand_rows_get_one_answer_each(cast: Cast) -> None:
    rows = [("甲", an_id(serial), "") for serial in range(20_000)]
    a_list([(number, cast.enterprise.uscc, "", "") for _, number, _ in rows], cast.city_official)
    check = started_check(rows, cast.enterprise, cast.safety_officer)
    acts.run_check(check, at=NOW)
    assert check.counts == {"insured": 20_000}
