"""A new version is drafted, written, imported and issued; what is issued never changes."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from anlan.lib.refusals import BadInput, NotAllowed
from anlan.lib.spreadsheets import write_table
from anlan.testing.cast import NOW, Cast
from anlan.visits.models import Checklist, Issue, Item
from anlan.visits.queries.checklists import in_force
from anlan.visits.services import checklists as services
from anlan.visits.sheets import HEADS, checklist_sheet, read_checklist

Enter = Callable[[object], Client]
TODAY = date(2026, 11, 23)
NEW = services.Wording("防护", "防护罩上有钥匙", "04", "general", 2, "看锁", "企业制度")


@pytest.fixture(autouse=True)
def _lists(db: None) -> None:
    services.load_inspection_lists()


def a_draft(cast: Cast, industry: str = "machinery") -> Checklist:
    return services.draft_checklist(industry, by=cast.city_official, at=NOW)


def test_a_new_version_holds_from_its_day(cast: Cast) -> None:
    by, old = cast.city_official, in_force("machinery", TODAY)
    assert old
    before = list(old.items.values_list())
    draft = a_draft(cast)
    assert [one.key for one in draft.items.all()] == [one.key for one in old.items.all()]
    kept = services.wording_of(draft.items.all()[0])
    changed = services.Wording(**{**kept.__dict__, "text": "光电保护每班试一次"})
    services.write_item(draft, changed, by=by, at=NOW)
    services.write_item(draft, NEW, by=by, at=NOW)
    services.remove_item(draft, draft.items.all()[1], by=by, at=NOW)
    day = TODAY + timedelta(days=7)
    services.issue_checklist(draft, day, "换了第一项", by=by, at=NOW)
    assert in_force("machinery", TODAY) == old
    assert in_force("machinery", day) == draft
    assert draft.items.get(key=kept.key).text == "光电保护每班试一次"
    assert list(old.items.values_list()) == before


def test_what_is_issued_never_changes(cast: Cast) -> None:
    by, old = cast.city_official, in_force("", TODAY)
    assert old
    before = list(Item.objects.order_by("pk").values_list())
    item = old.items.all()[0]
    for change in (
        lambda: services.write_item(old, NEW, by=by, at=NOW),
        lambda: services.remove_item(old, item, by=by, at=NOW),
        lambda: services.fill_draft(old, [NEW], by=by, at=NOW),
        lambda: services.issue_checklist(old, TODAY, "", by=by, at=NOW),
        lambda: services.discard_draft(old, by=by, at=NOW),
    ):
        with pytest.raises(NotAllowed, match="已发布"):
            change()
    assert list(Item.objects.order_by("pk").values_list()) == before


def test_there_is_one_draft_and_it_can_be_dropped(cast: Cast) -> None:
    draft = a_draft(cast)
    with pytest.raises(NotAllowed, match="已有一份草稿"):
        a_draft(cast)
    with pytest.raises(BadInput, match="不能早于"):
        services.issue_checklist(
            draft, TODAY - timedelta(days=1), "", by=cast.city_official, at=NOW
        )
    services.discard_draft(draft, by=cast.city_official, at=NOW)
    assert not Checklist.objects.filter(status=Issue.DRAFT).exists()
    assert a_draft(cast).number == 2


def test_a_count_is_made_once_on_a_walk(cast: Cast) -> None:
    draft = a_draft(cast)
    doubled = services.Wording(**{**NEW.__dict__, "measure": "ppe"})
    services.write_item(draft, doubled, by=cast.city_official, at=NOW)
    with pytest.raises(BadInput, match="只能出现一次"):
        services.issue_checklist(draft, TODAY, "", by=cast.city_official, at=NOW)
    draft.refresh_from_db()
    assert draft.status == Issue.DRAFT


def test_what_is_exported_can_be_imported(cast: Cast) -> None:
    draft = a_draft(cast)
    before = [services.wording_of(one) for one in draft.items.all()]
    rows = read_checklist(checklist_sheet(draft, draft.items.all()), "清单.xlsx")
    assert rows == before
    services.fill_draft(draft, [*rows[:3], NEW], by=cast.city_official, at=NOW)
    assert draft.items.count() == 4


def test_every_wrong_row_is_named_and_the_draft_stays(cast: Cast, browser_of: Enter) -> None:
    draft = a_draft(cast)
    before = list(draft.items.values_list())
    good = ("", "防护", "有罩", "", "", "机械致害", "一般隐患", "2", "")
    bad_risk = (*good[:5], "飞来横祸", *good[6:])
    bad_weight = (*good[:7], "9", "")
    sheet = write_table("清单", HEADS, [good, bad_risk, bad_weight])
    url = reverse("visits:fill", args=[draft.uid])
    sent = {"file": SimpleUploadedFile("清单.xlsx", sheet)}
    told = browser_of(cast.city_official).post(url, sent)
    assert told.status_code == 422
    words = told.content.decode()
    assert "飞来横祸" in words
    assert "权重只能是" in words
    assert words.count("行：") == 2
    assert list(draft.items.values_list()) == before


def test_only_the_city_writes_and_drafts_are_its_own(cast: Cast, browser_of: Enter) -> None:
    draft, held = a_draft(cast), in_force("machinery", TODAY)
    assert held
    key = draft.items.all()[0].key
    for user in (cast.district_official, cast.safety_officer):
        browser = browser_of(user)
        assert browser.get(reverse("visits:checklist", args=[held.uid])).status_code == 200
        assert browser.get(reverse("visits:export", args=[held.uid])).status_code == 200
        for name, words in (
            ("checklist", [draft.uid]),
            ("item", [draft.uid, key]),
        ):
            assert browser.get(reverse(f"visits:{name}", args=words)).status_code == 404
        for name in ("add_item", "fill", "issue", "discard"):
            assert browser.post(reverse(f"visits:{name}", args=[draft.uid])).status_code == 404
        assert browser.post(reverse("visits:draft"), {"industry": ""}).status_code == 404
    city = browser_of(cast.city_official)
    page = city.get(reverse("visits:item", args=[draft.uid, key]))
    assert page.status_code == 200
    assert Checklist.objects.filter(status=Issue.DRAFT).get() == draft
    assert browser_of(cast.outsider).get(reverse("visits:checklists")).status_code == 404
