"""The leaf's shape is frozen: everything proved stands on these bytes (ADR 0003)."""

import json
import uuid
from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry, SubjectKey, TimeSource
from anlan.foundation.ledger.services import SYSTEM, Line, record, record_many, rfc3339
from anlan.proofs.canonical import canonical, leaf_hash

pytestmark = pytest.mark.django_db
ENTRY = uuid.UUID("0f0e0d0c-0b0a-4908-8706-050403020100")
ACTOR = uuid.UUID("11111111-2222-4333-8444-555555555555")
AT = datetime(2026, 11, 23, 9, 0, tzinfo=timezone(timedelta(hours=8)))
RECORDED = datetime(2026, 11, 23, 1, 0, 7, 42, tzinfo=UTC)
PERSON = "5f1d7c1a-0000-4000-8000-000000000001"

# Written by hand from ADR 0003 and RFC 8785; the commitment is
# SHA-256(HMAC-SHA256(00 01 … 1f, entry id || 00 || "learner")[:16] || '"赵明安"').
# A change here is a change of every proof ever made.
FROZEN = (
    '{"actor":"user/11111111-2222-4333-8444-555555555555","at":"2026-11-23T01:00:00.000000Z",'
    '"clock":"device","commitments":{'
    '"learner":"sha256:2fc284247bf4cc8c820eb0fbdba36f46ec538241093fb92242bbde7908da27af"},'
    '"data":{"hours":4,"proof":"现场扫码"},"device":"tablet-7",'
    '"id":"0f0e0d0c-0b0a-4908-8706-050403020100","recorded":"2026-11-23T01:00:07.000042Z",'
    '"subject":"class/c1","v":1,"verb":"signed_in"}'
)
BARE = (
    '{"actor":"system","at":"2026-11-23T01:00:00.000000Z","clock":"server","commitments":{},'
    '"data":{},"device":"","id":"0f0e0d0c-0b0a-4908-8706-050403020100",'
    '"recorded":"2026-11-23T01:00:07.000042Z","subject":"class/c1","v":1,"verb":"class_started"}'
)


@pytest.fixture
def one_uid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every entry made in this story has the same uid."""
    monkeypatch.setattr("anlan.foundation.ledger.services.uuid.uuid4", lambda: ENTRY)


def signed_in() -> Line:
    """A learner with a known key signs in by a tablet."""
    SubjectKey.objects.create(ref=PERSON, secret=b64encode(bytes(range(32))).decode())
    return Line(
        "class/c1",
        "signed_in",
        User.objects.create(uid=ACTOR, username="manager", name="班主任"),
        AT,
        {"proof": "现场扫码", "hours": 4},
        about=PERSON,
        personal={"learner": "赵明安"},
        device="tablet-7",
        time_source=TimeSource.DEVICE,
    )


@pytest.mark.usefixtures("one_uid")
def test_a_leaf_is_these_bytes_for_good() -> None:
    entry = record_many([signed_in()], recorded_at=RECORDED)[0]
    assert entry.leaf == FROZEN


@pytest.mark.usefixtures("one_uid")
def test_a_leaf_of_the_platform_s_own_leaves_no_key_out() -> None:
    entry = record_many([Line("class/c1", "class_started", None, AT)], recorded_at=RECORDED)[0]
    assert entry.leaf == BARE
    assert (entry.actor, entry.about) == (SYSTEM, None)


def test_the_words_for_a_clock_are_frozen() -> None:
    assert TimeSource.values == ["server", "device", "paper"]


def test_the_hash_is_that_of_the_stored_leaf() -> None:
    record("class/c1", "class_started", by=None, at=AT, note="开班")
    entry = Entry.objects.get()
    leaf = entry.leaf.encode()
    assert canonical(json.loads(leaf)) == leaf
    assert bytes(entry.leaf_hash) == leaf_hash(leaf)
    assert (entry.alg, entry.position) == ("sha256", None)


def test_the_columns_say_what_the_leaf_says() -> None:
    record_many([signed_in()], recorded_at=RECORDED)
    entry = Entry.objects.get()
    leaf = json.loads(entry.leaf)
    assert (leaf["id"], leaf["subject"]) == (str(entry.uid), entry.subject)
    assert (leaf["verb"], leaf["actor"]) == (entry.verb, entry.actor)
    assert (leaf["at"], leaf["recorded"]) == (rfc3339(entry.at), rfc3339(entry.recorded_at))
    assert (leaf["clock"], leaf["device"]) == (entry.time_source, entry.device)


@given(st.datetimes(datetime(1949, 10, 1), datetime(2999, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_one_moment_has_one_spelling_whatever_the_zone(moment: datetime) -> None:
    spelled = rfc3339(moment)
    assert len(spelled) == len("2026-11-23T01:00:00.000000Z")
    assert spelled == rfc3339(moment.astimezone(UTC))
    assert datetime.fromisoformat(spelled) == moment.astimezone(UTC)


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
whole = st.integers(-(2**53) + 1, 2**53 - 1)
json_values = st.recursive(
    st.none() | st.booleans() | whole | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(words, json_values, max_size=4))
def test_whatever_a_service_says_comes_back_as_it_was_said(data: dict[str, object]) -> None:
    leaf = canonical({"data": data})
    assert json.loads(leaf) == {"data": data}
    assert canonical(json.loads(leaf)) == leaf


@pytest.mark.parametrize("unsayable", [2**53, float("nan"), AT, {1: "x"}, {"x"}])
def test_what_json_can_not_carry_is_refused_and_leaves_no_line(unsayable: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        record("class/c1", "class_started", by=None, at=AT, note=unsayable)
    assert not Entry.objects.exists()
