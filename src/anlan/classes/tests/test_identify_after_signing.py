"""After signing in, where the rule asks: who was it? Neither hours nor marks wait for the answer."""

from django.urls import reverse

from anlan.attendance.models import Mark
from anlan.classes.tests.conftest import SetClock
from anlan.classes.tests.scenes import Enter, a_learner, attend, phone_of, the_door
from anlan.foundation.rules.models import Rule
from anlan.identity.models import IdentityCheck
from anlan.identity.queries.checks import check_for
from anlan.testing.cast import Cast
from anlan.testing.classes import a_running_class


def test_the_class_page_asks_once_and_the_class_manager_looks(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    attend(session, a_learner(klass))
    clock(register.closes_at)
    phone = phone_of(a_learner(klass), browser_of)
    mine = reverse("classes:mine", args=[klass.uid])
    assert "核验身份" not in phone.get(mine).content.decode()
    Rule.objects.filter(key="identity.check_sign_in").update(value=1)
    assert "核验身份" in phone.get(mine).content.decode()
    marks = Mark.objects.count()
    told = phone.post(reverse("classes:identify", args=[session.uid]))
    check = IdentityCheck.objects.get()
    assert told["Location"] == reverse("identity:check", args=[check.uid])
    assert (check.subject, check.host, check.back) == (session.subject, cast.provider, mine)
    phone.post(reverse("identity:check_by_people", args=[check.uid]), {"route": "manual"})
    assert check_for(cast.class_manager, check.uid) == check
    assert "核验身份" not in phone.get(mine).content.decode()
    assert Mark.objects.count() == marks


def test_a_stranger_to_the_class_is_asked_nothing(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    clock(register.closes_at)
    answer = browser_of(cast.rival_officer).post(reverse("classes:identify", args=[session.uid]))
    assert answer.status_code in {404, 409}
    assert not IdentityCheck.objects.exists()
