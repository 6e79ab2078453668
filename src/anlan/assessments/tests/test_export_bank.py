"""What is exported comes in again as the same questions; only keepers take answers out."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from anlan.assessments.models import Bank, Difficulty, Item, ItemCode, ItemKind, ItemStatus
from anlan.assessments.parsing.drafts import fingerprint, plain
from anlan.assessments.parsing.files import read_file
from anlan.assessments.parsing.pictures import Album
from anlan.assessments.parsing.rows import Asked, draft_of
from anlan.assessments.parsing.texts import tidy
from anlan.assessments.queries import items_to_export
from anlan.assessments.services import export_bank, import_bank
from anlan.assessments.services.exports import FORMATS, shown_of
from anlan.assessments.tests.builders import a_bank, a_file, a_full_bank, a_picture, approved
from anlan.assessments.writing.shown import Shown
from anlan.foundation.accounts.models import User
from anlan.foundation.files.services import keep
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.queries import timeline
from anlan.lib.refusals import BadInput
from anlan.testing.cast import NOW, Cast

Browser = Callable[[User], Client]
# Signs that mean something in one format or another, and ordinary ones.
SIGNS = "=~#{}:\\%[]<>&\"'*|,;.、。（）甲乙AB1 √\n\t￥🚧é"
WORDS = st.text(alphabet=SIGNS, min_size=1, max_size=14).filter(
    lambda text: bool(plain(tidy(text)))
)


@st.composite
def questions(draw: st.DrawFn) -> Shown:
    kind = draw(st.sampled_from(list(ItemKind)))
    options: tuple[str, ...] = ("正确", "错误")
    answer: tuple[int, ...] = (draw(st.integers(0, 1)),)
    if kind != ItemKind.JUDGE:
        found = draw(st.lists(WORDS.map(tidy), min_size=2, max_size=5, unique_by=plain))
        options = tuple(found)
        places = st.sets(st.integers(0, len(options) - 1), min_size=1)
        right = sorted(draw(places))
        answer = tuple(right if kind == ItemKind.MULTIPLE else right[:1])
    stem, told = tidy(draw(WORDS)), draw(st.sampled_from(["", "解析：{见} #3"]))
    return Shown("k1", kind, stem, options, answer, explanation=told)


def _usable(item: Shown) -> bool:
    """What the import would have refused or read as a 判断题 was never in a bank."""
    if item.kind == ItemKind.JUDGE:
        return True
    many = item.kind == ItemKind.MULTIPLE
    draft = draft_of(Asked(item.stem, item.options, item.answer, many), Album())
    return (draft.kind, draft.stem, draft.options) == (item.kind, item.stem, item.options)


@pytest.mark.django_db
@pytest.mark.parametrize("name", list(FORMATS))
def test_odd_signs_survive_every_format(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("export")

    @settings(max_examples=20, deadline=None, derandomize=True)
    @given(questions())
    def there_and_back(item: Shown) -> None:
        chosen = FORMATS[name]
        if not _usable(item) or not chosen.fits(item):
            return
        content, ending = chosen.write([item])
        path = folder / f"file{ending}"
        path.write_bytes(content)
        rows = read_file(path, path.name).rows
        assert [row.problem for row in rows] == [""]
        draft = rows[0].draft
        assert draft is not None
        assert draft.fingerprint == fingerprint(item.stem, item.options)
        assert draft.kind == item.kind
        assert {plain(draft.options[at]) for at in draft.answer} == {
            plain(item.options[at]) for at in item.answer
        }

    there_and_back()


def a_coded_bank(cast: Cast) -> Bank:
    bank = a_full_bank(cast.provider)
    item = bank.items.filter(kind=ItemKind.SINGLE).order_by("id")[0]
    kept = keep([a_picture()], name="题图.png", by=cast.class_manager, at=NOW)
    item.image, item.risk, item.difficulty = kept, "09", Difficulty.HARD
    item.fingerprint = fingerprint(item.stem, item.options, kept.sha256)
    item.save()
    ItemCode.objects.create(item=item, kind="trade", code="焊工")
    ItemCode.objects.create(item=item, kind="role", code="worker")
    return bank


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_bank_comes_in_again_as_the_same(cast: Cast, name: str) -> None:
    bank = a_coded_bank(cast)
    by = cast.class_manager
    done = export_bank(bank, items_to_export(bank), name, by=by, at=NOW)
    assert done.written + done.left_out == 60
    again = import_bank(bank, a_file(done.content, by, done.name), by=by, at=NOW)
    assert (again.rows_total, again.rows_new, again.problems) == (done.written, 0, [])
    assert again.rows_same == done.written
    other = a_bank(cast.rival_provider, "另一个题库")
    fresh = import_bank(other, a_file(done.content, by, done.name), by=by, at=NOW)
    assert (fresh.rows_new, fresh.problems) == (done.written, [])
    if name != "aiken":
        assert done.left_out == 0
        assert other.items.exclude(image=None).count() == 1


def test_a_workbook_carries_the_codes(cast: Cast) -> None:
    bank, by = a_coded_bank(cast), cast.class_manager
    done = export_bank(bank, items_to_export(bank), "xlsx", by=by, at=NOW)
    other = a_bank(cast.rival_provider, "另一个题库")
    import_bank(other, a_file(done.content, by, done.name), by=by, at=NOW)
    item = other.items.get(risk="09")
    assert item.difficulty == Difficulty.HARD
    assert sorted(item.codes.values_list("code", flat=True)) == ["worker", "焊工"]
    assert other.items.filter(industry="hazchem").count() == 30


def test_an_export_is_recorded_and_says_what_was_left_out(cast: Cast) -> None:
    bank = a_full_bank(cast.provider)
    done = export_bank(bank, items_to_export(bank), "aiken", by=cast.class_manager, at=NOW)
    assert (done.written, done.left_out) == (40, 20)
    told = "导出题库为 Aiken：40 题，写不进该格式的 20 题"
    assert timeline([bank.subject])[0].sentence == told
    with pytest.raises(BadInput, match="没有这种"):
        export_bank(bank, items_to_export(bank), "pdf", by=cast.class_manager, at=NOW)


def test_retired_items_stay_behind(cast: Cast) -> None:
    bank = a_full_bank(cast.provider)
    bank.items.filter(kind=ItemKind.JUDGE).update(status=ItemStatus.RETIRED, retired_at=NOW)
    assert len(items_to_export(bank)) == 40
    assert all(shown_of(item).kind != ItemKind.JUDGE for item in items_to_export(bank))


def test_only_a_keeper_takes_answers_out(cast: Cast, browser_of: Browser) -> None:
    bank = a_full_bank(cast.provider)
    to = reverse("assessments:export", args=[bank.uid])
    for user in (cast.rival_manager, cast.examiner, cast.trainer_user, cast.outsider):
        assert browser_of(user).post(to, {"format": "xlsx"}).status_code == 404
        assert browser_of(user).get(to).status_code == 404
    assert not Entry.objects.filter(verb="bank_exported").exists()
    page = browser_of(cast.class_manager).get(to).content.decode()
    assert "每次导出都记入存证" in page
    reply = browser_of(cast.class_manager).post(to, {"format": "xlsx"})
    sheet = load_workbook(BytesIO(reply.content)).active
    assert sheet is not None
    assert sheet.max_row == 61
    assert Entry.objects.filter(verb="bank_exported").count() == 1


def test_an_item_waiting_for_review_is_exported_too(cast: Cast) -> None:
    bank = a_full_bank(cast.provider)
    Item.objects.filter(bank=bank, kind=ItemKind.JUDGE).update(status=ItemStatus.REVIEW)
    assert len(items_to_export(bank)) == 60
    assert approved(bank, cast.city_official) == 20
