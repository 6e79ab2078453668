"""Apply, examine, announce, object, name; expire, withdraw, carry on."""

from datetime import timedelta
from typing import Any

import pytest

from anlan.exemplars.jobs import expire_namings, watch_namings
from anlan.exemplars.models import Check, Exemplar, Objection, ObjectionStatus, Status
from anlan.exemplars.queries import exemplars as queries
from anlan.exemplars.queries import standing_of
from anlan.exemplars.services import applying, naming, objecting
from anlan.exemplars.tests.builders import (
    DAY,
    TODAY,
    a_case,
    a_drill,
    a_model_enterprise,
    a_named,
    an_announced,
    an_application,
    change_rule,
)
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.hazards.receipts import code_of, new_ticket
from anlan.injuries.models import Case, Severity
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.testing.cast import NOW, Cast


def state_of(exemplar: Exemplar) -> str:
    return str(Exemplar.objects.values_list("status", flat=True).get(pk=exemplar.pk))


def verbs(exemplar: Exemplar) -> list[str]:
    rows = Entry.objects.filter(subject=exemplar.subject).order_by("id")
    return list(rows.values_list("verb", flat=True))


def object_(exemplar: Exemplar, at: Any = NOW, contact: str = "") -> tuple[Objection, str]:
    code = code_of(new_ticket())
    words = "三月有人受伤没有上报"
    return objecting.object_to(exemplar, words, contact=contact, code=code, at=at), code


def test_from_application_to_naming(cast: Cast) -> None:
    exemplar = a_named(cast)
    assert state_of(exemplar) == Status.NAMED
    assert exemplar.number == "SF2026-0001-3"
    assert exemplar.valid_until == (TODAY + 8 * DAY).replace(year=2029)
    assert [one.why for one in exemplar.checks.all()] == ["applied", "named"]
    assert verbs(exemplar) == [
        "exemplar_applied",
        "exemplar_examined",
        "exemplar_announced",
        "exemplar_named",
    ]
    leaf = Entry.objects.get(verb="exemplar_named").leaf
    named = queries.named_check(exemplar)
    assert named is not None
    assert named.sha256 in leaf
    told = Notice.objects.filter(user=cast.safety_officer, title__startswith="已命名为示范企业")
    assert told.count() == 1


def test_who_lacks_something_can_not_apply(cast: Cast) -> None:
    a_model_enterprise(cast)
    change_rule("exemplar.drills_min", 3, since=TODAY)
    with pytest.raises(Refused, match="异常工况应急演练 2 次（不少于 3 次）"):
        applying.apply_for_naming(cast.enterprise, "做法", by=cast.safety_officer, at=NOW)
    assert not Exemplar.objects.exists()
    a_drill(cast, verified=False)  # unknown is lacking as well
    with pytest.raises(Refused):
        applying.apply_for_naming(cast.enterprise, "做法", by=cast.safety_officer, at=NOW)
    assert not Exemplar.objects.exists()
    assert not Check.objects.exists()


def test_one_application_at_a_time(cast: Cast) -> None:
    an_application(cast)
    with pytest.raises(NotAllowed):
        applying.propose(cast.enterprise, "好", by=cast.district_official, at=NOW)
    assert Exemplar.objects.count() == 1


def test_a_proposal_is_the_districts_opinion(cast: Cast) -> None:
    a_model_enterprise(cast)
    exemplar = applying.propose(cast.enterprise, "连年达标", by=cast.district_official, at=NOW)
    assert state_of(exemplar) == Status.EXAMINED
    told = Notice.objects.filter(user=cast.safety_officer, title__contains="推荐本企业")
    assert told.exists()
    applying.cancel(exemplar, by=cast.safety_officer, at=NOW)
    assert state_of(exemplar) == Status.CANCELLED


def test_who_examined_does_not_decide(cast: Cast) -> None:
    exemplar = an_application(cast)
    applying.examine(exemplar, "属实", by=cast.city_official, at=NOW)
    for act in (applying.announce, applying.refuse):
        with pytest.raises(Refused):
            act(exemplar, "同意", by=cast.city_official, at=NOW)
    assert state_of(exemplar) == Status.EXAMINED


def test_sent_back_and_in_again_with_a_fresh_check(cast: Cast) -> None:
    exemplar = an_application(cast)
    applying.send_back(exemplar, "请补充班前会记录", by=cast.district_official, at=NOW)
    applying.reapply(exemplar, "已补", by=cast.safety_officer, at=NOW + DAY)
    assert state_of(exemplar) == Status.APPLIED
    assert exemplar.checks.count() == 2
    assert exemplar.reason == ""


def test_no_naming_before_the_notice_has_ended(cast: Cast) -> None:
    exemplar = an_announced(cast)
    assert exemplar.notice_until == TODAY + 7 * DAY
    with pytest.raises(Refused, match="公示"):
        naming.name_exemplar(exemplar, by=cast.city_official, at=NOW + 7 * DAY)
    assert state_of(exemplar) == Status.ANNOUNCED
    with pytest.raises(NotAllowed):
        object_(exemplar, NOW + 8 * DAY)
    assert not Objection.objects.exists()
    naming.name_exemplar(exemplar, by=cast.city_official, at=NOW + 8 * DAY)


def test_an_objection_holds_the_naming_up(cast: Cast) -> None:
    exemplar = an_announced(cast)
    objection, code = object_(exemplar, NOW + 7 * DAY, contact="13800001111")
    assert objecting.object_to(exemplar, "再来", code=code, at=NOW).pk == objection.pk
    with pytest.raises(Refused, match="异议"):
        naming.name_exemplar(exemplar, by=cast.city_official, at=NOW + 8 * DAY)
    by = cast.district_official
    objecting.answer_objection(objection, "查无此事", upheld=False, by=by, at=NOW + 8 * DAY)
    found = queries.objection_of_receipt(code)
    assert found is not None
    assert (found.status, found.answer) == (ObjectionStatus.DISMISSED, "查无此事")
    naming.name_exemplar(exemplar, by=cast.city_official, at=NOW + 8 * DAY)
    for leaf in Entry.objects.filter(subject=objection.subject).values_list("leaf", flat=True):
        assert "13800001111" not in leaf
        assert "受伤" not in leaf


def test_an_objection_that_is_borne_out_goes_back_to_the_city(cast: Cast) -> None:
    exemplar = an_announced(cast)
    objection, _ = object_(exemplar)
    by = cast.district_official
    objecting.answer_objection(objection, "属实", upheld=True, by=by, at=NOW)
    exemplar.refresh_from_db()
    assert (exemplar.status, exemplar.notice_until) == (Status.EXAMINED, None)
    applying.refuse(exemplar, "异议成立", by=cast.city_official, at=NOW)
    assert state_of(exemplar) == Status.REFUSED
    with pytest.raises(NotAllowed):
        objecting.answer_objection(objection, "改主意", upheld=False, by=by, at=NOW)


def test_objections_are_words_and_not_without_end(cast: Cast) -> None:
    exemplar = an_announced(cast)
    with pytest.raises(BadInput):
        objecting.object_to(exemplar, "  ", code=code_of(new_ticket()), at=NOW)
    change_rule("exemplar.objections_per_hour_max", 1, since=TODAY)
    object_(exemplar)
    with pytest.raises(objecting.TooMany):
        object_(exemplar)
    assert Objection.objects.count() == 1


def test_what_breaks_during_the_notice_is_not_named(cast: Cast) -> None:
    exemplar = an_announced(cast)
    a_case(cast.enterprise, TODAY, severity=Severity.DEATH)
    with pytest.raises(Refused, match="3 年内无死亡、重伤 1 人"):
        naming.name_exemplar(exemplar, by=cast.city_official, at=NOW + 8 * DAY)
    assert state_of(exemplar) == Status.ANNOUNCED
    assert Exemplar.objects.get().number is None


def test_the_night_proposes_and_a_person_withdraws(cast: Cast) -> None:
    exemplar = a_named(cast)
    at = NOW + 10 * DAY
    assert watch_namings(at) == 1
    assert state_of(exemplar) == Status.NAMED
    assert watch_namings(at) == 0  # once a day
    a_case(cast.enterprise, TODAY + 10 * DAY, severity=Severity.SERIOUS, known_at=at)
    assert watch_namings(at + DAY) == 1
    exemplar.refresh_from_db()
    assert exemplar.status == Status.DOUBTED
    assert "无死亡、重伤" in exemplar.concern
    assert exemplar.reason == "同意"
    assert queries.standing(exemplar, TODAY + 11 * DAY) == "valid"  # nobody has decided
    assert exemplar.checks.filter(why="doubted", fulfilled=False).count() == 1
    with pytest.raises(NotAllowed):
        naming.withdraw(exemplar, "重伤", by=cast.district_official, at=at + DAY)
    naming.withdraw(exemplar, "发生重伤", by=cast.city_official, at=at + DAY)
    assert queries.standing(exemplar, TODAY + 11 * DAY) == "withdrawn"
    assert not queries.published(TODAY + 11 * DAY).exists()
    assert verbs(exemplar)[-2:] == ["exemplar_doubted", "exemplar_withdrawn"]


def test_what_is_kept_is_left_alone_for_a_while(cast: Cast) -> None:
    exemplar = a_named(cast)
    a_case(cast.enterprise, TODAY, severity=Severity.SERIOUS)
    watch_namings(NOW + 9 * DAY)
    exemplar.refresh_from_db()
    naming.keep(exemplar, "事故发生在命名前，另案处理", by=cast.city_official, at=NOW + 9 * DAY)
    for days, state in ((10, Status.NAMED), (98, Status.NAMED), (99, Status.DOUBTED)):
        watch_namings(NOW + days * DAY)
        assert state_of(exemplar) == state, days


def test_what_becomes_unknown_takes_no_naming_away(cast: Cast) -> None:
    exemplar = a_named(cast)
    Case.objects.all().delete()
    assert watch_namings(NOW + 9 * DAY) == 1
    assert state_of(exemplar) == Status.NAMED


def test_the_clock_ends_a_naming(cast: Cast) -> None:
    exemplar = a_named(cast)
    last = exemplar.valid_until
    assert last is not None
    ahead = last - TODAY
    assert expire_namings(NOW + ahead) == 0
    assert queries.standing(exemplar, last) == "valid"
    assert queries.standing(exemplar, last + DAY) == "expired"  # even before the job has run
    assert not queries.published(last + DAY).exists()
    assert expire_namings(NOW + ahead + DAY) == 1
    assert expire_namings(NOW + ahead + DAY) == 0
    assert state_of(exemplar) == Status.EXPIRED


def test_renewed_from_the_day_of_the_rule_on(cast: Cast) -> None:
    exemplar = a_named(cast)
    assert exemplar.valid_until is not None
    with pytest.raises(Refused, match="还不用续期"):
        applying.apply_for_naming(cast.enterprise, "做法", by=cast.safety_officer, at=NOW + 9 * DAY)
    assert Exemplar.objects.count() == 1
    Exemplar.objects.update(valid_until=TODAY + 60 * DAY)
    again = applying.apply_for_naming(
        cast.enterprise, "做法", by=cast.safety_officer, at=NOW + 9 * DAY
    )
    applying.examine(again, "属实", by=cast.district_official, at=NOW + 9 * DAY)
    applying.announce(again, "同意", by=cast.city_official, at=NOW + 9 * DAY)
    naming.name_exemplar(again, by=cast.city_official, at=NOW + 17 * DAY)
    assert state_of(exemplar) == Status.RENEWED
    assert again.number == "SF2026-0002-1"
    assert again.valid_until == (TODAY + 60 * DAY).replace(year=2030)
    assert queries.standing(again, TODAY + timedelta(days=61)) == "valid"
    assert verbs(exemplar)[-1] == "exemplar_renewed"


def test_how_an_enterprise_stands(cast: Cast) -> None:
    named = a_named(cast)
    now = standing_of(named.organization, NOW + 8 * DAY)
    assert now.met == len(now.criteria) == 9
    assert now.exemplar == "示范企业，有效期至2029年12月1日"
    by_key = {one.key: one for one in now.indicators}
    assert (by_key["training"].value, by_key["training"].ok) == ("100.0%", True)
    assert (by_key["ppe"].value, by_key["ppe"].ok) == ("缺数据", None)
    assert standing_of(cast.rival_enterprise, NOW).exemplar == "未申报示范企业"
