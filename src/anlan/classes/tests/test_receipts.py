"""A learner takes home what proves the own sign-ins and results; the class's watchers may, too."""

import json
import re

from django.urls import reverse

from anlan.assessments.models import Sitting
from anlan.classes import queries
from anlan.classes.tests.scenes import Enter, a_learner, attend, phone_of, the_door
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.sequencer import public_key, sequence
from anlan.foundation.ledger.services import destroy_key
from anlan.proofs.receipt import check, conclusion
from anlan.testing.builders import a_closed_class
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_running_class

LINK = re.compile(r'href="(/classes/[^"]+\.json)"')


def test_a_learner_downloads_the_own_sign_in_opened(cast: Cast, browser_of: Enter) -> None:
    klass = a_running_class(cast, learners=2)
    session, _ = the_door(klass)
    person = a_learner(klass)
    phone = phone_of(person, browser_of)
    url = reverse("classes:my_receipts", args=[klass.uid])
    assert "还没有可以证明的记录" in phone.get(url).content.decode()
    attend(session, person)
    page = phone.get(url).content.decode()
    assert "几秒钟后刷新即可下载" in page
    assert LINK.findall(page) == []
    sequence(NOW)
    links = LINK.findall(phone.get(url).content.decode())
    assert len(links) == 2
    found = json.loads(phone.get(links[0]).content)
    findings = check(found, [public_key()])
    assert [f.kind for f in findings] == ["ok"] * 4
    assert person.name in findings[3].text
    assert found["leaf"]["verb"] == "signed_in"


def test_a_receipt_before_its_checkpoint_is_refused_in_words(cast: Cast, browser_of: Enter) -> None:
    klass = a_running_class(cast, learners=1)
    person = a_learner(klass)
    attend(the_door(klass)[0], person)
    entry = Entry.objects.get(verb="signed_in")
    url = reverse("classes:my_receipt", args=[klass.uid, entry.uid])
    answer = phone_of(person, browser_of).get(url)
    assert answer.status_code == 409
    assert "几秒钟后再下载" in answer.content.decode()


def test_nobody_downloads_another_s_receipt(cast: Cast, browser_of: Enter) -> None:
    klass = a_running_class(cast, learners=2)
    person, other = a_learner(klass), a_learner(klass, 1)
    attend(the_door(klass)[0], person)
    sequence(NOW)
    entry = Entry.objects.get(verb="signed_in")
    enrolment = queries.enrolled(klass)[0]
    own = reverse("classes:my_receipt", args=[klass.uid, entry.uid])
    staff = reverse("classes:learner_receipt", args=[enrolment.uid, entry.uid])
    staff_page = reverse("classes:learner_receipts", args=[enrolment.uid])
    others = [browser_of(u) for u in (cast.outsider, cast.rival_manager, cast.safety_officer)]
    for browser in [phone_of(other, browser_of), *others]:
        for url in (own, staff, staff_page):
            assert browser.get(url).status_code == 404, url
    assert phone_of(person, browser_of).get(staff).status_code == 404
    not_about_them = Entry.objects.exclude(verb__in=("signed_in", "signed_out"))[0]
    wrong = reverse("classes:my_receipt", args=[klass.uid, not_about_them.uid])
    assert phone_of(person, browser_of).get(wrong).status_code == 404


def test_the_class_s_watchers_download_closed_receipts(cast: Cast, browser_of: Enter) -> None:
    klass = a_running_class(cast, learners=1)
    person = a_learner(klass)
    attend(the_door(klass)[0], person)
    sequence(NOW)
    enrolment = queries.enrolled(klass)[0]
    page_url = reverse("classes:learner_receipts", args=[enrolment.uid])
    for user in (cast.city_official, cast.district_official, cast.class_manager):
        browser = browser_of(user)
        page = browser.get(page_url).content.decode()
        answer = browser.get(LINK.findall(page)[0])
        found = json.loads(answer.content)
        assert {f.kind for f in check(found, [public_key()])} == {"ok"}
        assert "openings" not in found
        assert person.name not in answer.content.decode()
    assert person.name not in browser_of(cast.city_official).get(page_url).content.decode()


def test_exam_and_practical_have_their_receipts(cast: Cast, browser_of: Enter) -> None:
    klass = a_closed_class(cast, learners=1)
    sequence(NOW)
    person = a_learner(klass)
    phone = phone_of(person, browser_of)
    page = phone.get(reverse("classes:my_receipts", args=[klass.uid])).content.decode()
    verbs = [json.loads(phone.get(link).content)["leaf"]["verb"] for link in LINK.findall(page)]
    assert {"signed_in", "signed_out", "sitting_submitted", "practical_marked"} == set(verbs)
    sitting = Sitting.objects.get(person=person)
    url = reverse("assessments:receipt", args=[sitting.uid])
    found = json.loads(phone.get(url).content)
    assert found["leaf"]["data"]["result"] == "合格"
    assert {f.kind for f in check(found, [public_key()])} == {"ok"}
    assert browser_of(cast.city_official).get(url).status_code == 404


def test_when_the_key_is_destroyed_the_receipt_holds_and_withholds(
    cast: Cast, browser_of: Enter
) -> None:
    klass = a_running_class(cast, learners=1)
    person = a_learner(klass)
    attend(the_door(klass)[0], person)
    destroy_key(str(person.uid), by=cast.city_official, at=NOW)
    sequence(NOW)
    entry = Entry.objects.get(verb="signed_in")
    url = reverse("classes:my_receipt", args=[klass.uid, entry.uid])
    found = json.loads(phone_of(person, browser_of).get(url).content)
    assert found["withheld"] == ["learner"]
    assert "openings" not in found
    findings = check(found, [public_key()])
    assert [f.kind for f in findings] == ["ok"] * 3 + ["withheld"]
    assert "未公开" in findings[3].text
    assert conclusion(findings) == "回执有效，记录在日志中。"


def test_a_name_that_was_corrected_since_is_withheld_not_false(
    cast: Cast, browser_of: Enter
) -> None:
    klass = a_running_class(cast, learners=1)
    person = a_learner(klass)
    attend(the_door(klass)[0], person)
    sequence(NOW)
    phone = phone_of(person, browser_of)
    person.name = "改过名字"
    person.save()
    entry = Entry.objects.get(verb="signed_in")
    url = reverse("classes:my_receipt", args=[klass.uid, entry.uid])
    assert json.loads(phone.get(url).content)["withheld"] == ["learner"]
