"""A name that no enterprise bears: three candidates, one decision for all, remembered, undone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.injuries.models import Case, CaseVersion, EmployerName, Source
from anlan.injuries.queries import naming as queries
from anlan.injuries.services import naming, undoing
from anlan.injuries.tests.builders import a_line, counts, imported
from anlan.lib.bigrams import bigrams
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.organizations.models import Kind
from anlan.testing.cast import NOW, Cast, an_organization

Enter = Callable[[User], Client]
LATER, LAST = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
WRITTEN = "泉化新材料厂"


def searchable(cast: Cast) -> None:
    for one in (cast.enterprise, cast.rival_enterprise, cast.provider):
        one.search = bigrams(one.name, one.uscc)
        one.save(update_fields=["search"])


def a_source(cast: Cast) -> Source:
    imported(
        [
            a_line(1, employer_name=WRITTEN),
            a_line(2, employer_name=WRITTEN, district="历下区"),
            a_line(3, employer_name="泉化 新材料厂"),
            a_line(4, employer_name="别处的厂"),
            a_line(5),
        ],
        cast.city_official,
    )
    return Source.objects.get()


def test_the_most_alike_come_first_and_only_employers(cast: Cast) -> None:
    searchable(cast)
    an_organization("泉化新材料厂（演示）培训学校", Kind.PROVIDER, 9)
    found = queries.candidates(WRITTEN)
    assert found[0].organization == cast.enterprise
    assert len(found) <= 3
    assert all(0 < one.share <= 1 for one in found)
    assert queries.candidates("有限公司") == []


def test_one_decision_links_every_case_and_the_next_file(cast: Cast) -> None:
    by, source = cast.city_official, a_source(cast)
    first = queries.waiting_names()[0]
    assert (first.name, first.cases) == (WRITTEN, 2)
    decision = naming.name_employer(source, WRITTEN, cast.enterprise, by=by, at=LATER)
    linked = Case.objects.filter(named_by=decision).order_by("source_key")
    assert [c.source_key for c in linked] == ["A1", "A2", "A3"]
    assert [c.district for c in linked] == ["370112", "370102", "370112"]
    assert {c.key_industry for c in linked} == {"hazchem"}
    assert CaseVersion.objects.filter(replaced_at=LATER).count() == 3
    assert Entry.objects.filter(subject=decision.subject).count() == 1
    with pytest.raises(BadInput):
        naming.name_employer(source, WRITTEN, None, by=by, at=LAST)
    second = imported(
        [a_line(1, employer_name=WRITTEN), a_line(6, employer_name=WRITTEN)], by, at=LAST
    )
    assert (counts(second), second.rows_unplaced) == ((1, 0, 1, 0), 0)
    assert Case.objects.get(source_key="A6").organization == cast.enterprise


def test_undone_it_waits_again_and_the_file_can_be_taken_back(cast: Cast) -> None:
    by, source = cast.city_official, a_source(cast)
    decision = naming.name_employer(source, WRITTEN, cast.enterprise, by=by, at=LATER)
    imported([a_line(6, employer_name=WRITTEN)], by, at=LATER)
    naming.undo_naming(decision, by=by, at=LAST)
    cases = Case.objects.filter(source_key__in=["A1", "A2", "A3", "A6"]).order_by("source_key")
    assert {c.organization for c in cases} == {None}
    # what a later file's case took over stays, where that file has such a column: see the room's page
    assert [c.district for c in cases] == ["", "370102", "", "370112"]
    assert (WRITTEN, 3) in [(w.name, w.cases) for w in queries.waiting_names()]
    with pytest.raises(NotAllowed):
        naming.undo_naming(decision, by=by, at=LAST)
    batch = cases[0].batch
    assert batch is not None
    undoing.undo_batch(batch, by=by, at=LAST)
    assert Case.objects.filter(withdrawn_at=None).count() == 1


def test_a_file_whose_names_were_decided_can_still_be_taken_back(cast: Cast) -> None:
    by, source = cast.city_official, a_source(cast)
    naming.name_employer(source, WRITTEN, cast.enterprise, by=by, at=LATER)
    batch = source.batches.get()
    undoing.undo_batch(batch, by=by, at=LAST)
    assert not Case.objects.filter(withdrawn_at=None).exists()


def test_none_of_ours_is_remembered_and_not_asked_again(cast: Cast) -> None:
    by, source = cast.city_official, a_source(cast)
    naming.name_employer(source, "别处的厂", None, by=by, at=LATER)
    assert "别处的厂" not in {w.name for w in queries.waiting_names()}
    again = imported([a_line(7, employer_name="别处的厂")], by, at=LAST)
    assert again.rows_unplaced == 0
    assert "别处的厂" not in {w.name for w in queries.waiting_names()}
    assert Case.objects.get(source_key="A7").organization is None


def test_the_page_asks_one_name_at_a_time_of_the_city_alone(cast: Cast, browser_of: Enter) -> None:
    searchable(cast)
    source, url = a_source(cast), reverse("injuries:names")
    browser = browser_of(cast.city_official)
    page = browser.get(url)
    assert page.context["chosen"].name == WRITTEN
    assert 'data-one-key="1"' in page.content.decode()
    assert 'data-one-key="0"' in page.content.decode()
    said = {"source": str(source.uid), "name": WRITTEN}
    chosen = {**said, "organization": cast.enterprise.uid}
    for user in (cast.district_official, cast.safety_officer, cast.outsider):
        assert browser_of(user).get(url).status_code == 404
        assert browser_of(user).post(url, chosen).status_code == 404
    assert browser.post(url, said).status_code == 422
    assert not EmployerName.objects.exists()
    found = browser.get(url, {"source": str(source.uid), "name": WRITTEN, "q": "别家"})
    assert [one["one"] for one in found.context["found"]] == [cast.rival_enterprise]
    assert browser.post(url, chosen).status_code == 302
    decision = EmployerName.objects.get()
    undo = reverse("injuries:undo_naming", args=[decision.uid])
    assert browser_of(cast.district_official).post(undo).status_code == 404
    decision.refresh_from_db()
    assert decision.undone_at is None
    assert f"「{WRITTEN}」是「{cast.enterprise.name}」" in browser.get(url).content.decode()
    browser.post(undo)
    assert browser.get(url).context["chosen"].name == WRITTEN
