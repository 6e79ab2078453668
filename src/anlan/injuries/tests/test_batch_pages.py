"""The import guide from the file to the undo, as the city official walks it."""

from collections.abc import Callable
from io import BytesIO

import openpyxl
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.injuries.jobs import import_batches
from anlan.injuries.models import Batch, BatchStatus, Case, Source
from anlan.injuries.queries import cases as queries
from anlan.injuries.tests.builders import a_file, a_line, counts
from anlan.testing.cast import NOW, Cast

Enter = Callable[[User], Client]
LINES = [a_line(1), a_line(2, severity="轻"), a_line(3, injured_on="2026-02-31")]


def test_the_guide_from_file_to_undo(cast: Cast, browser_of: Enter) -> None:
    browser = browser_of(cast.city_official)
    said = {"file": a_file(LINES), "title": "认定系统", "source": ""}
    assert browser.post(reverse("injuries:upload"), {"file": a_file(LINES)}).status_code == 422
    assert browser.post(reverse("injuries:upload"), said).status_code == 302
    batch = Batch.objects.get()
    columns = reverse("injuries:columns", args=[batch.uid])
    form = browser.get(columns).context["form"]
    guessed = {name: field.initial for name, field in form.fields.items() if field.initial}
    assert guessed["injured_on"] == "受伤日期"
    assert guessed["recognition.applied_on"] == "认定申请日期"
    assert guessed["key"] == ["编号"]
    assert browser.post(columns, {"place": ""}).status_code == 422
    onward = browser.post(columns, guessed)
    values = browser.get(onward["Location"])
    assert "“轻”（1 行）" in values.content.decode()
    browser.post(onward["Location"], {"severity-0": "minor"})
    preview = reverse("injuries:preview", args=[batch.uid])
    page = browser.get(preview).content.decode()
    assert "2 行可以导入，1 行有问题" in page
    assert "第 4 行" in page
    browser.post(preview)
    _follow(browser, Batch.objects.get())


def _follow(browser: Client, batch: Batch) -> None:
    url = reverse("injuries:batch", args=[batch.uid])
    assert "正在排队" in browser.get(url).content.decode()
    import_batches(NOW)
    moving = browser.get(url, headers={"HX-Request": "true"})
    assert moving["HX-Refresh"] == "true"
    batch.refresh_from_db()
    assert counts(batch) == (2, 0, 0, 1)
    assert Case.objects.get(source_key="A2").severity == "minor"
    assert "撤销这一批" in browser.get(url).content.decode()
    answer = browser.post(reverse("injuries:problems", args=[batch.uid]), {"reason": "交单位改正"})
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    assert [row[-1].value for row in sheet.iter_rows()][1:] == [4]
    browser.post(reverse("injuries:undo", args=[batch.uid]))
    batch.refresh_from_db()
    assert batch.status == BatchStatus.UNDONE
    assert not queries.counted().exists()
    assert "已撤销" in browser.get(url).content.decode()
    assert "认定系统" in browser.get(reverse("injuries:batches")).content.decode()


def test_a_file_given_up_imports_nothing(cast: Cast, browser_of: Enter) -> None:
    browser = browser_of(cast.city_official)
    said = {"file": a_file(LINES), "title": "认定系统"}
    browser.post(reverse("injuries:upload"), said)
    batch = Batch.objects.get()
    for user in (cast.district_official, cast.outsider):
        url = reverse("injuries:discard", args=[batch.uid])
        assert browser_of(user).post(url).status_code == 404
    assert Batch.objects.get().status == BatchStatus.UPLOADED
    browser.post(reverse("injuries:discard", args=[batch.uid]))
    assert Batch.objects.get().status == BatchStatus.DISCARDED
    assert import_batches(NOW) == 0
    assert not Case.objects.exists()


def test_what_is_no_table_is_refused_and_leaves_no_source(cast: Cast, browser_of: Enter) -> None:
    browser = browser_of(cast.city_official)
    file = BytesIO(b"\x1f\x8bnot really")
    file.name = "x.csv.gz"
    answer = browser.post(reverse("injuries:upload"), {"file": file, "title": "新来源"})
    assert answer.status_code == 422
    assert "损坏" in answer.content.decode()
    assert not Source.objects.exists()
    assert not Batch.objects.exists()


def test_words_for_nothing_are_ticked_once_and_can_be_taken_back(
    cast: Cast, browser_of: Enter
) -> None:
    """01/01/1900 and 不详 are dates to nobody."""
    browser = browser_of(cast.city_official)
    decided, accepted = "recognition.decided_on", "recognition.accepted_on"
    lines = [
        a_line(1, **{decided: "1900-01-01"}),
        a_line(2, **{accepted: "不详"}),
        a_line(3, **{decided: "2026-04-01"}),
    ]
    browser.post(reverse("injuries:upload"), {"file": a_file(lines), "title": "认定系统"})
    batch = Batch.objects.get()
    columns = reverse("injuries:columns", args=[batch.uid])
    guessed = {n: f.initial for n, f in browser.get(columns).context["form"].fields.items()}
    browser.post(columns, {name: value for name, value in guessed.items() if value})
    values = reverse("injuries:values", args=[batch.uid])
    page = browser.get(values).content.decode()
    assert "哪些等于没填" in page
    assert "“1900-01-01”（1 行）" in page
    preview = reverse("injuries:preview", args=[batch.uid])
    assert browser.get(preview).context["usable"] == 1
    ticked = {f"nothing-{decided}": ["1900-01-01"], f"nothing-{accepted}": ["不详"]}
    browser.post(values, ticked)
    assert Source.objects.get().values == {decided: {"1900-01-01": ""}, accepted: {"不详": ""}}
    assert browser.get(preview).context["usable"] == 3
    again = browser.get(values).context["form"]
    assert again.fields[f"nothing-{decided}"].initial == ["1900-01-01"]
    browser.post(values, {f"nothing-{accepted}": ["不详"]})
    assert Source.objects.get().values == {decided: {}, accepted: {"不详": ""}}
    assert browser.get(preview).context["usable"] == 2


def test_headcounts_come_in_by_the_same_screens(cast: Cast, browser_of: Enter) -> None:
    browser = browser_of(cast.city_official)
    text = f"信用代码,单位名称,2026-03,2026-04\n{cast.enterprise.uscc},泉化,10,11\n"
    file = BytesIO(text.encode())
    file.name = "headcounts.csv"
    said = {"file": file, "title": "参保名册", "kind": "headcounts"}
    browser.post(reverse("injuries:upload"), said)
    batch = Batch.objects.get()
    columns = reverse("injuries:columns", args=[batch.uid])
    form = browser.get(columns).context["form"]
    guessed = {name: field.initial for name, field in form.fields.items() if field.initial}
    assert guessed == {"employer_name": "单位名称", "uscc": "信用代码", "people": "*"}
    assert browser.post(columns, {"uscc": "信用代码"}).status_code == 422
    onward = browser.post(columns, guessed)
    browser.get(onward["Location"], follow=True)
    browser.post(reverse("injuries:preview", args=[batch.uid]))
    import_batches(NOW)
    assert [h.people for h in cast.enterprise.headcounts.order_by("month")] == [10, 11]
    page = browser.get(reverse("injuries:batch", args=[batch.uid])).content.decode()
    assert "看案件台账" not in page
    assert not Case.objects.exists()
