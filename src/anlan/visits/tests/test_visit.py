"""From the request to the second visit: experts fit, conflicts are refused, findings are hazards."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import Role, ScopeKind
from anlan.foundation.notices.models import Notice
from anlan.hazards.models import Hazard, Rectification, Source
from anlan.hazards.services.rectifying import assign_hazard, close_hazard, rectify_hazard
from anlan.hazards.services.reporting import accept_hazard
from anlan.hazards.tests.builders import a_photo, a_worker_with_account, an_upload
from anlan.lib.refusals import BadInput, Refused
from anlan.testing.cast import NOW, Cast, a_user
from anlan.visits.jobs import escalate_visits
from anlan.visits.models import Inspection, Status, Visit
from anlan.visits.printed import report_pdf
from anlan.visits.queries import next_steps
from anlan.visits.queries.inspections import comparison
from anlan.visits.queries.visits import experts_for
from anlan.visits.services import arranging, visiting
from anlan.visits.tests.builders import (
    DAY,
    a_booked_visit,
    a_made_visit,
    a_requested_visit,
    a_running_visit,
    a_walk,
    an_expert,
    works_there_too,
)

Enter = Callable[[object], Client]


def test_only_experts_of_the_industry_are_sent(cast: Cast) -> None:
    expert = an_expert(cast)
    stranger = an_expert(cast, "miner", "矿山专家", "mining")
    everywhere = a_user("all", "全行业专家", Role.EXPERT, ScopeKind.CITY)
    visit = a_requested_visit(cast)
    assert {one.user for one in experts_for(cast.enterprise, NOW)} == {expert, everywhere}
    for wrong in (stranger, cast.safety_officer, cast.examiner):
        with pytest.raises(Refused, match="不是这个行业的专家"):
            arranging.assign_expert(visit, wrong, by=cast.city_official, at=NOW)
    visit.refresh_from_db()
    assert (visit.status, visit.expert) == (Status.REQUESTED, None)


@pytest.mark.parametrize("tie", ["role", "job", "former job"])
def test_nobody_looks_at_the_own_employer(cast: Cast, tie: str) -> None:
    expert = an_expert(cast)
    visit = a_requested_visit(cast)
    if tie == "role":
        works_there_too(expert, cast.enterprise)
    else:
        person, _ = a_worker_with_account(cast)
        person.user = expert
        person.save(update_fields=["user"])
        if tie == "former job":
            person.employments.update(since=NOW.date() - 900 * DAY, until=NOW.date() - 800 * DAY)
    against = experts_for(cast.enterprise, NOW)[0].against
    assert against
    with pytest.raises(Refused, match="应当回避"):
        arranging.assign_expert(visit, expert, by=cast.city_official, at=NOW)
    visit.refresh_from_db()
    assert visit.status == Status.REQUESTED
    later = NOW + 2000 * DAY
    assert (experts_for(cast.enterprise, later)[0].against == "") == (tie == "former job")


def test_who_joined_since_the_booking_does_not_begin(cast: Cast) -> None:
    expert = an_expert(cast)
    visit = a_booked_visit(cast, expert)
    works_there_too(expert, cast.enterprise)
    with pytest.raises(Refused, match="回避"):
        visiting.begin_visit(visit, None, a_photo(expert), by=expert, at=NOW + DAY)
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED


def test_an_enterprise_has_one_visit_ahead(cast: Cast) -> None:
    a_requested_visit(cast)
    with pytest.raises(Refused, match="已有一次"):
        arranging.order_visit(cast.enterprise, "事故多", by=cast.district_official, at=NOW)
    assert Visit.objects.count() == 1


def test_times_are_three_ahead_and_one_is_picked(cast: Cast) -> None:
    expert = an_expert(cast)
    visit = a_requested_visit(cast)
    arranging.assign_expert(visit, expert, by=cast.district_official, at=NOW)
    for times in ([NOW + DAY] * 3, [NOW - DAY, NOW + DAY, NOW + 2 * DAY], [NOW + 99 * DAY] * 3):
        with pytest.raises(BadInput):
            arranging.propose_times(visit, times, by=expert, at=NOW)
    arranging.propose_times(visit, [NOW + n * DAY for n in (1, 2, 3)], by=expert, at=NOW)
    arranging.decline_times(visit, "下周方便", by=cast.safety_officer, at=NOW)
    assert (visit.status, visit.slots.count()) == (Status.ASSIGNED, 0)
    arranging.propose_times(visit, [NOW + n * DAY for n in (7, 8, 9)], by=expert, at=NOW)
    slot = visit.slots.all()[1]
    arranging.choose_time(visit, slot, by=cast.safety_officer, at=NOW)
    assert visit.booked_at == NOW + 8 * DAY
    arranging.move_visit(visit, "停电检修", by=cast.safety_officer, at=NOW)
    visit.refresh_from_db()
    assert visit.status == Status.ASSIGNED
    assert next_steps(cast.enterprise, NOW).next_visit is None
    arranging.cancel_visit(visit, "停产", by=cast.safety_officer, at=NOW)
    assert next_steps(cast.enterprise, NOW).next_visit is None


def test_a_visit_leaves_its_evidence_and_hazards(cast: Cast) -> None:
    expert = an_expert(cast)
    visit = a_made_visit(cast, expert)
    visit.refresh_from_db()
    assert (visit.latitude, visit.accuracy, visit.end_latitude) == (36.68, 12, None)
    assert visit.began_at == NOW + DAY
    hazards = Hazard.objects.order_by("id")
    assert [one.source for one in hazards] == [Source.EXPERT] * 2
    assert {one.reporter for one in hazards} == {expert}
    assert visit.revisit_on == (NOW + 3 * DAY + timedelta(hours=3)).date() + 90 * DAY
    steps = next_steps(cast.enterprise, NOW + 9 * DAY)
    assert (steps.last_visit, steps.open_findings) == (visit.ended_at, 2)
    with pytest.raises(Refused, match="2 条隐患"):
        visiting.conclude_visit(visit, "都改了", by=expert, at=NOW + 9 * DAY)
    assert report_pdf(visit)[:4] == b"%PDF"


def test_the_expert_s_day_shortens_the_rule_s(cast: Cast) -> None:
    expert = an_expert(cast)
    visit = a_running_visit(cast, expert)
    at = NOW + DAY + timedelta(hours=2)
    walk = a_walk(cast.enterprise, a_photo(expert), at=at, wanting=("general-exit",))
    for one in walk.found:
        object.__setattr__(one, "wanted_by", at.date() + 3 * DAY)
    visiting.end_visit(visit, walk, None, by=expert, at=at)
    hazard = Hazard.objects.get()
    person, _ = a_worker_with_account(cast)
    accept_hazard(hazard, by=cast.safety_officer, at=at)
    order = assign_hazard(hazard, person, by=cast.safety_officer, at=at)
    assert at + 3 * DAY < order.due_at < at + 4 * DAY


def test_handed_in_twice_a_visit_ends_once(cast: Cast) -> None:
    expert = an_expert(cast)
    visit = a_running_visit(cast, expert)
    walk = a_walk(cast.enterprise, a_photo(expert), wanting=("general-exit",))
    at = NOW + DAY + timedelta(hours=1)
    assert visiting.end_visit(visit, walk, None, by=expert, at=at)
    assert not visiting.end_visit(visit, walk, None, by=expert, at=at + timedelta(minutes=1))
    other = a_walk(cast.enterprise, a_photo(expert))
    with pytest.raises(Refused):
        visiting.end_visit(visit, other, None, by=expert, at=at + timedelta(minutes=2))
    assert Inspection.objects.count() == Hazard.objects.count() == 1
    assert Visit.objects.get().ended_at == at


def test_contested_it_is_signed_again(cast: Cast) -> None:
    expert = an_expert(cast)
    visit = a_made_visit(cast, expert, to=Status.SIGNED)
    at = NOW + 5 * DAY
    visiting.contest_report(visit, "报警器已检定", by=cast.safety_officer, at=at)
    told = Notice.objects.filter(user=expert).latest("pk")
    assert "异议" in told.title
    visiting.sign_report(visit, "补看了检定证", "其余照旧", by=expert, at=at + DAY)
    visiting.receive_report(visit, by=cast.safety_officer, at=at + 2 * DAY)
    visit.refresh_from_db()
    assert (visit.status, visit.summary) == (Status.RECEIVED, "补看了检定证")


def test_the_second_visit_compares_item_by_item(cast: Cast) -> None:
    expert = an_expert(cast)
    first = a_made_visit(cast, expert)
    at = NOW + 60 * DAY
    second = arranging.order_revisit(first, by=cast.district_official, at=at)
    assert (second.status, second.expert, second.follows) == (Status.ASSIGNED, expert, first)
    arranging.propose_times(second, [at + n * DAY for n in (1, 2, 3)], by=expert, at=at)
    arranging.choose_time(second, second.slots.all()[0], by=cast.safety_officer, at=at)
    visiting.begin_visit(second, None, a_photo(expert, at), by=expert, at=at + DAY)
    end = at + DAY + timedelta(hours=2)
    still = a_walk(
        cast.enterprise, a_photo(expert, end), at=end, wanting=("general-ppe", "general-exit")
    )
    visiting.end_visit(second, still, None, by=expert, at=end)
    second.refresh_from_db()
    first.refresh_from_db()
    assert first.inspection
    assert second.inspection
    verdicts = {
        (one.after or one.before).item.key: one.verdict  # type: ignore[union-attr]
        for one in comparison(first.inspection, second.inspection)
        if one.verdict
    }
    assert verdicts == {
        "general-ppe": "仍不合格",
        "hazchem-alarm": "已改好",
        "general-exit": "新发现",
    }


def test_all_closed_it_is_concluded(cast: Cast) -> None:
    expert = an_expert(cast)
    visit = a_made_visit(cast, expert)
    person, worker = a_worker_with_account(cast)
    at = NOW + 5 * DAY
    for hazard in Hazard.objects.all():
        accept_hazard(hazard, by=cast.safety_officer, at=at)
        assign_hazard(hazard, person, by=cast.safety_officer, at=at)
        rectify_hazard(hazard, "改好了", a_photo(worker, at), by=worker, at=at + DAY)
        close_hazard(hazard, "", by=cast.district_official, at=at + 2 * DAY)
    visiting.conclude_visit(visit, "全部改好", by=expert, at=at + 3 * DAY)
    visit.refresh_from_db()
    assert visit.status == Status.CONCLUDED
    assert Rectification.objects.count() == 2


def test_what_ran_out_is_told_once(cast: Cast) -> None:
    a_requested_visit(cast)
    at = NOW + 6 * DAY
    assert escalate_visits(NOW) == 0
    assert escalate_visits(at) == 1
    assert escalate_visits(at) == 0
    assert Notice.objects.filter(user=cast.district_official, title__contains="超期").count() == 1


ACTS: dict[str, dict[str, Any]] = {
    "assign": {"expert": "1"},
    "propose": {},
    "choose": {"slot": "1"},
    "decline_times": {"words": "x"},
    "move": {"words": "x"},
    "cancel": {"words": "x"},
    "begin": {},
    "walk": {},
    "sign": {"summary": "x", "advice": "x"},
    "receive": {},
    "contest": {"words": "x"},
    "conclude": {"words": "x"},
    "revisit": {},
}


def test_outsiders_find_nothing_and_change_nothing(cast: Cast, browser_of: Enter) -> None:
    expert = an_expert(cast)
    rival = an_expert(cast, "second", "另一位专家")
    visit = a_made_visit(cast, expert, to=Status.SIGNED)
    before = Visit.objects.values().get()
    for who in (cast.rival_officer, cast.other_district_official, cast.outsider, rival):
        browser = browser_of(who)
        assert browser.get(reverse("visits:visit", args=[visit.uid])).status_code == 404
        assert browser.get(reverse("visits:report", args=[visit.uid])).status_code == 404
        for name, data in ACTS.items():
            url = reverse(f"visits:{name}", args=[visit.uid])
            assert browser.post(url, data).status_code == 404, name
    assert Visit.objects.values().get() == before


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("officer", {"choose", "decline_times", "move", "cancel", "receive", "contest"}),
        ("expert", {"propose", "move", "cancel", "begin", "walk", "sign", "conclude", "revisit"}),
        ("district", {"assign", "move", "cancel", "conclude", "revisit"}),
        ("department", set()),
    ],
)
def test_each_has_only_the_own_acts(cast: Cast, browser_of: Enter, who: str, may: set[str]) -> None:
    """Others' acts are 404; the own ones are at most refused for the state."""
    expert = an_expert(cast)
    visit = a_requested_visit(cast)
    Visit.objects.filter(pk=visit.pk).update(expert=expert)
    user = {
        "officer": cast.safety_officer,
        "expert": expert,
        "district": cast.district_official,
        "department": a_user(
            "department", "应急", Role.DEPARTMENT_OFFICIAL, ScopeKind.INDUSTRY, "hazchem"
        ),
    }[who]
    browser = browser_of(user)
    assert browser.get(reverse("visits:visit", args=[visit.uid])).status_code == 200
    for name, data in ACTS.items():
        if name == "cancel":
            continue
        code = browser.post(reverse(f"visits:{name}", args=[visit.uid]), data).status_code
        assert (code != 404) == (name in may), (name, code)


def test_the_way_through_the_pages(cast: Cast, browser_of: Enter) -> None:
    """Request, assign, propose, choose, arrive: as a browser sends it."""
    expert = an_expert(cast)
    officer, district = browser_of(cast.safety_officer), browser_of(cast.district_official)
    phone = browser_of(expert)
    officer.post(reverse("visits:ask"), {"wish": "请看报警器"})
    visit = Visit.objects.get()
    page = reverse("visits:visit", args=[visit.uid])
    assert "指派专家" in district.get(page).content.decode()
    district.post(reverse("visits:assign", args=[visit.uid]), {"expert": expert.pk})
    assert "提出三个时间" in phone.get(page).content.decode()
    times = {f"day{n}": f"2099-01-0{n}" for n in (1, 2, 3)} | {
        f"clock{n}": "09:00" for n in (1, 2, 3)
    }
    assert phone.post(reverse("visits:propose", args=[visit.uid]), times).status_code == 422
    assert "没有要办" not in phone.get(reverse("visits:today")).content.decode()
    for url in ("visits:mine", "visits:ask", "visits:checklists", "visits:self_check"):
        assert officer.get(reverse(url)).status_code == 200
    for url in ("visits:ledger", "visits:coverage", "visits:order", "visits:checklists"):
        assert district.get(reverse(url)).status_code == 200
    assert district.get(reverse("visits:mine")).status_code == 404
    assert phone.get(reverse("visits:ledger")).status_code == 404


def test_arriving_takes_a_photo_and_a_plausible_place(cast: Cast, browser_of: Enter) -> None:
    expert = an_expert(cast)
    visit = a_booked_visit(cast, expert)
    url, phone = reverse("visits:begin", args=[visit.uid]), browser_of(expert)
    assert phone.post(url, {"latitude": "36"}).status_code == 422
    sent = {"latitude": "nan", "longitude": "999", "photos": an_upload(exif=True)}
    assert phone.post(url, sent).status_code == 302
    visit.refresh_from_db()
    assert (visit.status, visit.latitude) == (Status.RUNNING, None)
    page = phone.get(reverse("visits:walk", args=[visit.uid])).content.decode()
    assert "general-exit" in page
