"""A learner logs in by a code sent to the phone; nobody learns from the door who is registered."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.notices.models import TextMessage
from anlan.identity import services
from anlan.identity.models import LoginCode, Person
from anlan.identity.services.login import TooSoon
from anlan.identity.tests.builders import a_row, a_worker, imported
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.testing.cast import NOW, Cast


def newest_code() -> str:
    found = re.search(r"\d{6}", TextMessage.objects.order_by("-id")[0].text)
    assert found
    return found.group()


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def sent(person: Person, at: datetime = NOW) -> str:
    services.send_login_code(person.phone, at=at)
    return newest_code()


def test_the_code_opens_the_persons_own_account_once(cast: Cast) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    code = sent(person)
    user = services.log_in_by_code(person.phone, code, at=NOW)
    assert user.name == "李样例"
    assert not user.has_usable_password()
    assert reach(user).has(Role.LEARNER)
    assert Person.objects.get(pk=person.pk).user == user
    with pytest.raises(NotAllowed):
        services.log_in_by_code(person.phone, code, at=NOW)
    later = NOW + timedelta(minutes=2)
    assert services.log_in_by_code(person.phone, sent(person, later), at=later) == user
    assert User.objects.filter(person=person).count() == 1


def test_only_the_hash_is_kept(cast: Cast) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    code = sent(person)
    kept = LoginCode.objects.get()
    assert code not in kept.code_hash
    assert person.phone not in kept.phone_index


def test_five_wrong_tries_close_it(cast: Cast) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    code = sent(person)
    for _ in range(5):
        with pytest.raises(BadInput):
            services.log_in_by_code(person.phone, another(code), at=NOW)
    with pytest.raises(NotAllowed):
        services.log_in_by_code(person.phone, code, at=NOW)
    assert not User.objects.filter(person=person).exists()


def test_it_ends_after_five_minutes_and_a_newer_one_replaces_it(cast: Cast) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    code = sent(person)
    with pytest.raises(NotAllowed):
        services.log_in_by_code(person.phone, code, at=NOW + timedelta(minutes=5))
    newer = sent(person, NOW + timedelta(minutes=1))
    if newer != code:
        with pytest.raises(BadInput):
            services.log_in_by_code(person.phone, code, at=NOW + timedelta(minutes=2))


def test_an_unknown_phone_gets_the_same_answers_and_no_message(cast: Cast) -> None:
    services.send_login_code("15400007777", at=NOW)
    assert not TextMessage.objects.exists()
    with pytest.raises(TooSoon):
        services.send_login_code("15400007777", at=NOW + timedelta(seconds=30))
    with pytest.raises(BadInput, match="验证码不对"):
        services.log_in_by_code("15400007777", "000000", at=NOW)


def test_hurry_is_refused_for_a_minute_and_after_five_in_an_hour(cast: Cast) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    for n in range(5):
        sent(person, NOW + timedelta(minutes=2 * n))
    with pytest.raises(TooSoon, match="次数已满"):
        sent(person, NOW + timedelta(minutes=12))
    assert TextMessage.objects.count() == 5
    sent(person, NOW + timedelta(minutes=61))


def test_a_phone_of_two_people_opens_neither(cast: Cast) -> None:
    rows = [a_row(1), a_row(2, phone=a_row(1)[2])]
    imported(rows, cast.enterprise, cast.safety_officer)
    services.send_login_code(a_row(1)[2], at=NOW)
    with pytest.raises(Refused, match="不止一人"):
        services.log_in_by_code(a_row(1)[2], newest_code(), at=NOW)
    assert not User.objects.filter(person__isnull=False).exists()


def test_a_learner_comes_in_by_the_pages_and_stays(cast: Cast, client: Client) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    me = reverse("identity:me")
    client.get(reverse("identity:login_phone") + f"?next={me}")
    client.post(reverse("identity:login_phone"), {"phone": person.phone})
    wrong = client.post(reverse("identity:login_code"), {"code": another(newest_code())})
    assert wrong.status_code == 422
    assert "验证码不对" in wrong.content.decode()
    right = client.post(reverse("identity:login_code"), {"code": newest_code()})
    assert right.headers["Location"] == me
    assert client.session.get_expiry_date() > now() + timedelta(days=89)
    page = client.get(me).content.decode()
    assert "李*" in page
    assert person.id_number not in page


def test_the_next_page_is_ours_or_none(cast: Cast, client: Client) -> None:
    person = a_worker(cast.enterprise, cast.safety_officer)
    client.get(reverse("identity:login_phone") + "?next=https://evil.example/")
    client.post(reverse("identity:login_phone"), {"phone": person.phone})
    answer = client.post(reverse("identity:login_code"), {"code": newest_code()})
    assert "evil" not in answer.headers["Location"]


def test_the_demonstration_says_where_the_code_lies(
    cast: Cast, client: Client, settings: Any
) -> None:
    settings.ANLAN_DEMONSTRATION = True
    client.post(reverse("identity:login_phone"), {"phone": "15400007777"})
    assert (
        str(settings.ANLAN_SMS_FOLDER)
        in client.get(reverse("identity:login_code")).content.decode()
    )
    settings.ANLAN_DEMONSTRATION = False
    assert (
        str(settings.ANLAN_SMS_FOLDER)
        not in client.get(reverse("identity:login_code")).content.decode()
    )


def test_the_front_door_shows_both_ways_in(client: Client, db: None) -> None:
    page = client.get(reverse("accounts:login")).content.decode()
    assert reverse("identity:login_phone") in page
    assert reverse("organizations:register") in page
