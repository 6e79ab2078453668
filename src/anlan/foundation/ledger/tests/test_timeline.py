"""A time line speaks plain Chinese, names who answers for an act, and masks who doesn't."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.services import end_role, open_account
from anlan.foundation.ledger.models import Entry, TimeSource
from anlan.foundation.ledger.queries import entries_of, sentence, timeline
from anlan.foundation.ledger.services import record
from anlan.testing.cast import NOW, Cast, a_user

pytestmark = pytest.mark.django_db
KLASS = "class/c1"


def spoken() -> Iterator[tuple[str, str]]:
    """Every verb of every room with its pattern."""
    for dotted in settings.ANLAN_SENTENCES:
        yield from import_string(dotted).items()


def who_did_it(by: User | None) -> str:
    record(KLASS, "class_started", by=by, at=NOW)
    return timeline([KLASS])[-1].who


@pytest.mark.parametrize(("verb", "pattern"), list(spoken()))
def test_every_verb_is_said_even_when_its_data_are_missing(verb: str, pattern: str) -> None:
    said = sentence(verb, {})
    assert said.startswith(pattern.split("{")[0])
    assert "{" not in said
    assert "}" not in said
    assert ("…" in said) == ("{" in pattern)


def test_no_two_rooms_speak_for_one_verb() -> None:
    assert [
        verb for verb, times in Counter(verb for verb, _ in spoken()).items() if times > 1
    ] == []


def test_a_verb_that_no_room_named_is_said_as_it_is() -> None:
    assert sentence("moon_landed", {"hours": 4}) == "moon_landed"


def test_words_from_outside_are_said_as_they_are() -> None:
    assert sentence("class_approved", {"reason": "{secret} {0.x}"}).endswith("{secret} {0.x}")


def test_staff_are_named_and_learners_masked(cast: Cast) -> None:
    learner = a_user("learner", "赵明安", Role.LEARNER, ScopeKind.CITY)
    stranger = open_account(username="stranger", name="欧阳安澜")
    assert who_did_it(cast.class_manager) == cast.class_manager.name
    assert "明" not in who_did_it(learner)
    assert who_did_it(learner).startswith("赵")
    assert who_did_it(stranger) != stranger.name
    assert who_did_it(None) == "平台"


def test_staff_who_left_still_answer_by_name(cast: Cast) -> None:
    grant = cast.class_manager.grants.get()
    end_role(grant, by=cast.city_official, at=NOW + timedelta(days=1), reason="离职")
    assert who_did_it(cast.class_manager) == cast.class_manager.name


def test_a_learner_who_is_staff_elsewhere_is_named(cast: Cast) -> None:
    a_user("both", "钱大勇", Role.LEARNER, ScopeKind.CITY)
    both = User.objects.get(username="both")
    both.grants.create(
        role=Role.TRAINER,
        scope_kind=ScopeKind.ORGANIZATION,
        scope_key="x",
        since=NOW,
        reason="测试",
    )
    assert who_did_it(both) == "钱大勇"


def test_entries_stand_in_the_order_they_were_written_not_in_the_order_of_clocks() -> None:
    for hours in (3, 1, 2):
        record(KLASS, "class_started", by=None, at=NOW + timedelta(hours=hours))
    record("class/other", "class_started", by=None, at=NOW)
    ids = list(entries_of([KLASS]).values_list("id", flat=True))
    assert ids == sorted(ids)
    assert [line.at - NOW for line in timeline([KLASS])] == [timedelta(hours=h) for h in (3, 1, 2)]
    newest = timeline([KLASS], limit=2)
    assert [line.at - NOW for line in newest] == [timedelta(hours=h) for h in (1, 2)]
    assert timeline([]) == []


def test_a_line_says_whose_clock_it_was_unless_it_was_ours() -> None:
    for source in TimeSource:
        record(KLASS, "class_started", by=None, at=NOW, time_source=source)
    assert [line.clock for line in timeline([KLASS])] == ["", "设备时间", "纸面记录"]


def test_a_line_shows_its_hash_and_its_data(cast: Cast) -> None:
    record(KLASS, "class_approved", by=cast.city_official, at=NOW, reason="材料齐全")
    line = timeline([KLASS])[0]
    assert line.sentence == "市级审批同意开班：材料齐全"
    assert line.hash == bytes(Entry.objects.get().leaf_hash).hex()
    assert line.verb == "class_approved"
