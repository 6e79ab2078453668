"""After signing in, where the rule asks: who was it? Neither hours nor marks wait for the answer."""

from django.urls import reverse

from anlan.attendance.codes import code_at
from anlan.attendance.models import Mark
from anlan.classes.tests.conftest import SetClock
from anlan.classes.tests.scenes import Enter, a_learner, attend, phone_of, scan, tap, the_door
from anlan.foundation.rules.models import Rule
from anlan.identity.models import IdentityCheck
from anlan.identity.queries.checks import check_for
from anlan.lib.at_hand import forget_everything_at_hand
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


def test_the_screen_after_the_tap_leads_to_the_check_where_one_is_asked(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    phone = phone_of(a_learner(klass), browser_of)
    clock(register.starts_at)
    door = reverse("classes:sign", args=[session.uid])
    code = {"c": code_at(register, register.starts_at).token}
    identify = reverse("classes:identify", args=[session.uid])
    page = phone.get(door, code).content.decode()
    assert '<template id="signed">' in page
    assert identify not in page
    Rule.objects.filter(key="identity.check_sign_in").update(value=1)
    forget_everything_at_hand()
    page = phone.get(door, code).content.decode()
    assert identify in page[page.index('<template id="signed">') : page.index("</template>")]
    fields = scan(phone, session, register, register.starts_at)
    assert tap(phone, session, fields) == 302
    signed = reverse("classes:signed", args=[session.uid])
    assert identify in phone.get(signed).content.decode()
    went = phone.post(identify)
    phone.post(reverse("identity:check_by_people", args=[IdentityCheck.objects.get().uid]))
    assert went.status_code == 302
    assert identify not in phone.get(signed).content.decode()


def test_a_stranger_to_the_class_is_asked_nothing(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    clock(register.closes_at)
    answer = browser_of(cast.rival_officer).post(reverse("classes:identify", args=[session.uid]))
    assert answer.status_code in {404, 409}
    assert not IdentityCheck.objects.exists()
