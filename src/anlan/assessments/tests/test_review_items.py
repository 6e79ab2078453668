"""A second pair of eyes: nobody puts their own items into use; only items in use are drawn."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from anlan.assessments.models import Bank, Item, ItemStatus, Sitting
from anlan.assessments.parsing.drafts import ItemDraft
from anlan.assessments.queries import draw_pool, item_counts
from anlan.assessments.services import (
    Written,
    approve_items,
    import_bank,
    return_item,
    rewrite_item,
    start_sitting,
    submit_item,
    write_item,
)
from anlan.assessments.tests.builders import (
    HEADERS,
    a_bank,
    a_file,
    a_full_bank,
    a_learner,
    a_sitting,
    a_workbook,
)
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.ledger.models import Entry
from anlan.foundation.rules.models import Rule
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.testing.cast import NOW, Cast, a_user

Browser = Callable[[User], Client]
ROW = ("安全", "单选题", "1.安全帽的用途是（ ）", "**A.防砸**B.好看**C.遮阳", "A")


@pytest.fixture
def bank(cast: Cast) -> Bank:
    return a_bank(cast.provider, "机构题库")


@pytest.fixture
def colleague(cast: Cast) -> User:
    organization = ScopeKind.ORGANIZATION
    return a_user("m2", "另一位班主任", Role.CLASS_MANAGER, organization, cast.provider.uid)


def a_draft(stem: str = "安全带应当怎样系挂", answer: tuple[int, ...] = (0,)) -> ItemDraft:
    return ItemDraft("single", stem, ("高挂低用", "低挂高用", "随意"), answer)


def test_an_imported_item_waits_for_somebody_else(bank: Bank, cast: Cast, colleague: User) -> None:
    file = a_file(a_workbook({"a": [HEADERS, ROW]}), cast.class_manager)
    import_bank(bank, file, by=cast.class_manager, at=NOW)
    item = bank.items.get()
    assert item.status == ItemStatus.REVIEW
    assert draw_pool("", cast.provider) == []
    with pytest.raises(NotAllowed, match="另一位同事"):
        approve_items(bank, [item], by=cast.class_manager, at=NOW)
    item.refresh_from_db()
    assert item.status == ItemStatus.REVIEW
    assert not Entry.objects.filter(verb="items_approved").exists()
    assert approve_items(bank, [item], by=colleague, at=NOW) == 1
    item.refresh_from_db()
    assert (item.status, item.reviewer, item.reviewed_at) == (ItemStatus.IN_USE, colleague, NOW)
    assert len(draw_pool("", cast.provider)) == 1


def test_a_city_whose_rule_asks_for_one_pair_gets_along_with_one(bank: Bank, cast: Cast) -> None:
    Rule.objects.filter(key="bank.second_pair_of_eyes").update(value=False)
    item = write_item(bank, Written(a_draft(), submit=True), by=cast.class_manager, at=NOW)
    assert approve_items(bank, [item], by=cast.class_manager, at=NOW) == 1


def test_an_item_is_sent_back_with_a_reason_and_comes_again(
    bank: Bank, cast: Cast, colleague: User
) -> None:
    item = write_item(bank, Written(a_draft(), submit=True), by=cast.class_manager, at=NOW)
    with pytest.raises(NotAllowed, match="退回原因"):
        return_item(item, reason=" ", by=colleague, at=NOW)
    return_item(item, reason="选项太短", by=colleague, at=NOW)
    item.refresh_from_db()
    assert (item.status, item.remark) == (ItemStatus.DRAFT, "选项太短")
    submit_item(item, by=cast.class_manager, at=NOW)
    assert item.remark == ""
    with pytest.raises(NotAllowed, match="当前状态"):
        submit_item(item, by=cast.class_manager, at=NOW)


def test_a_draft_is_changed_in_place_and_a_change_needs_other_eyes_again(
    bank: Bank, cast: Cast, colleague: User
) -> None:
    item = write_item(bank, Written(a_draft()), by=cast.class_manager, at=NOW)
    same = rewrite_item(item, Written(a_draft("改过的题干"), submit=True), by=colleague, at=NOW)
    assert same.pk == item.pk
    assert (same.stem, same.status, same.author) == ("改过的题干", ItemStatus.REVIEW, colleague)
    with pytest.raises(NotAllowed):
        approve_items(bank, [same], by=colleague, at=NOW)
    assert approve_items(bank, [same], by=cast.class_manager, at=NOW) == 1


def test_what_was_sat_is_never_changed_a_new_version_replaces_it(cast: Cast) -> None:
    bank = a_full_bank()
    sitting = a_sitting(a_learner(), cast.city_official)
    start_sitting(sitting, by=None, at=NOW)
    old = Item.objects.get(pk=sitting.questions[0]["item"])
    facts = Item.objects.filter(pk=old.pk).values("stem", "options", "answer", "key").get()
    draft = ItemDraft(old.kind, old.stem, tuple(old.options), (1 - old.answer[0],))
    fresh = rewrite_item(old, Written(draft, submit=True), by=cast.class_manager, at=NOW)
    assert (fresh.version, fresh.replaces, fresh.fingerprint) == (2, old, old.fingerprint)
    old.refresh_from_db()
    assert old.status == ItemStatus.IN_USE, "it is used until somebody has looked at the new one"
    with pytest.raises(NotAllowed, match="已有一个新版本"):
        rewrite_item(old, Written(draft), by=cast.class_manager, at=NOW)
    approve_items(bank, [fresh], by=cast.city_official, at=NOW)
    assert Item.objects.filter(pk=old.pk).values("stem", "options", "answer", "key").get() == facts
    old.refresh_from_db()
    assert (old.status, old.retired_at) == (ItemStatus.RETIRED, NOW)
    assert Sitting.objects.get(pk=sitting.pk).questions == sitting.questions
    pool = {candidate.id for candidate in draw_pool("hazchem", None)}
    assert fresh.pk in pool
    assert old.pk not in pool
    assert sum(item_counts("hazchem").values()) == 60


def test_a_question_that_is_there_already_is_not_written_again(bank: Bank, cast: Cast) -> None:
    write_item(bank, Written(a_draft()), by=cast.class_manager, at=NOW)
    with pytest.raises(BadInput, match="已有这道题"):
        write_item(bank, Written(a_draft("安全带应当怎样系挂？")), by=cast.class_manager, at=NOW)
    assert bank.items.count() == 1


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (ItemDraft("single", "", ("甲", "乙"), (0,)), "题干是空的"),
        (ItemDraft("single", "题", ("甲",), (0,)), "不足两个"),
        (ItemDraft("single", "题", ("甲", "甲。"), (0,)), "文字相同"),
        (ItemDraft("single", "题", ("甲", "乙"), (0, 1)), "只能有一个"),
        (ItemDraft("multiple", "题", ("甲", "乙"), (0, 5)), "没有对应的选项"),
        (ItemDraft("single", "<script>x</script>", ("甲", "乙"), (0,)), "网页脚本"),
    ],
)
def test_an_item_with_a_hole_is_refused(
    bank: Bank, cast: Cast, draft: ItemDraft, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        write_item(bank, Written(draft), by=cast.class_manager, at=NOW)
    assert not bank.items.exists()


def test_the_editor_keeps_what_was_typed_and_saves_it(
    bank: Bank, cast: Cast, browser_of: Browser
) -> None:
    desk = browser_of(cast.class_manager)
    form = {
        "kind": "multiple",
        "difficulty": "3",
        "stem": "受限空间作业要",
        "option_A": "通风",
        "option_B": "检测",
        "option_C": "抽烟",
        "answer": "A、Z",
        "trades": "焊工、电工",
        "roles": ["worker"],
        "act": "submit",
    }
    to = reverse("assessments:new_item", args=[bank.uid])
    page = desk.post(to, form)
    assert page.status_code == 422
    assert "没有对应的选项" in page.content.decode() or "没有读懂" in page.content.decode()
    assert "受限空间作业要" in page.content.decode()
    assert not bank.items.exists()
    made = desk.post(to, form | {"answer": "A、B"}, follow=True)
    item = bank.items.get()
    assert (item.answer, item.difficulty, item.status) == ([0, 1], 3, ItemStatus.REVIEW)
    assert sorted(item.codes.values_list("code", flat=True)) == [
        "worker",
        "焊工",
        "电工",
    ] or sorted(item.codes.values_list("code", flat=True)) == sorted(["worker", "焊工", "电工"])
    assert "要请另一位同事审核" in made.content.decode()
    shown = desk.get(reverse("assessments:edit_item", args=[item.pk])).content.decode()
    assert "焊工、电工" in shown or "电工、焊工" in shown


def test_many_are_approved_and_coded_by_filter(bank: Bank, cast: Cast, browser_of: Browser) -> None:
    rows = [
        ("安全", "判断题", f"{n}.第{n}条规定要遵守。", "**A.正确**B.错误", "A") for n in range(60)
    ]
    file = a_file(a_workbook({"a": [HEADERS, *rows]}), cast.class_manager)
    import_bank(bank, file, by=cast.class_manager, at=NOW)
    to = reverse("assessments:act", args=[bank.uid])
    mine = browser_of(cast.class_manager).post(f"{to}?state=review", {"all": "1", "act": "approve"})
    assert mine.status_code == 409
    assert not bank.items.filter(status=ItemStatus.IN_USE).exists()
    city = browser_of(cast.city_official)
    city.post(f"{to}?state=review", {"all": "1", "act": "approve"})
    assert bank.items.filter(status=ItemStatus.IN_USE).count() == 60
    two = list(bank.items.values_list("pk", flat=True)[:2])
    codes = {"item": two, "act": "code", "risk": "09", "difficulty": "3", "set_role": "worker"}
    codes |= {"industry": "leave", "set_trades": "架子工"}
    city.post(to, codes)
    assert set(bank.items.filter(risk="09", difficulty=3).values_list("pk", flat=True)) == set(two)
    assert bank.items.filter(codes__code="架子工").count() == 2
    page = city.get(reverse("assessments:bank", args=[bank.uid]), {"risk": "09", "trade": "架子工"})
    assert "<b>2</b> 条" in page.content.decode()
    assert Entry.objects.filter(verb="items_coded").count() == 1


def test_outsiders_can_do_nothing_with_an_item(bank: Bank, cast: Cast, browser_of: Browser) -> None:
    item = write_item(bank, Written(a_draft(), submit=True), by=cast.class_manager, at=NOW)
    for user in (cast.rival_manager, cast.examiner, cast.district_official, cast.outsider):
        desk = browser_of(user)
        for name in ("item", "edit_item", "item_image"):
            assert desk.get(reverse(f"assessments:{name}", args=[item.pk])).status_code == 404
        for name in ("approve", "return_item", "submit_item", "retire", "edit_item"):
            to = reverse(f"assessments:{name}", args=[item.pk])
            assert desk.post(to, {"reason": "x"}).status_code == 404
        for name in ("coverage", "twins", "analysis", "export", "new_item"):
            assert desk.get(reverse(f"assessments:{name}", args=[bank.uid])).status_code == 404
        assert desk.post(reverse("assessments:act", args=[bank.uid])).status_code == 404
        for name in ("paper_rules", "new_paper_rule"):
            assert desk.get(reverse(f"assessments:{name}")).status_code == 404
    item.refresh_from_db()
    assert item.status == ItemStatus.REVIEW
