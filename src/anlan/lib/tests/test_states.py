"""A status moves along the table of steps, once, whoever else reaches for it."""

import pytest

from anlan.lib.refusals import NotAllowed
from anlan.lib.states import advance
from anlan.organizations.models import Organization, Status
from anlan.testing.cast import Cast

pytestmark = pytest.mark.django_db
STEPS = {Status.PENDING: {Status.APPROVED, Status.RETURNED}, Status.RETURNED: {Status.PENDING}}


@pytest.fixture
def newcomer(cast: Cast) -> Organization:
    """An enterprise that waits to be reviewed."""
    Organization.objects.filter(pk=cast.enterprise.pk).update(status=Status.PENDING)
    return Organization.objects.get(pk=cast.enterprise.pk)


def kept(organization: Organization) -> tuple[str, str]:
    found = Organization.objects.get(pk=organization.pk)
    return found.status, found.name


def test_a_step_of_the_table_is_taken_with_its_changes(newcomer: Organization) -> None:
    advance(newcomer, Status.APPROVED, STEPS, name="新名（演示）")
    assert (newcomer.status, newcomer.name) == (Status.APPROVED, "新名（演示）")
    assert kept(newcomer) == (Status.APPROVED, "新名（演示）")


def test_only_this_one_moves(newcomer: Organization, cast: Cast) -> None:
    Organization.objects.filter(pk=cast.provider.pk).update(status=Status.PENDING)
    advance(newcomer, Status.APPROVED, STEPS)
    assert kept(cast.provider) == (Status.PENDING, cast.provider.name)


@pytest.mark.parametrize("to", [Status.APPROVED, Status.RETURNED])
def test_a_step_that_is_not_in_the_table_is_refused(cast: Cast, to: Status) -> None:
    before = kept(cast.enterprise)
    with pytest.raises(NotAllowed) as refused:
        advance(cast.enterprise, to, STEPS, name="新名（演示）")
    assert Status.APPROVED.label in refused.value.message
    assert to.label in refused.value.message
    assert "刷新" in refused.value.next_step
    assert kept(cast.enterprise) == before
    assert (cast.enterprise.status, cast.enterprise.name) == before


def test_the_slower_of_two_hands_is_refused_and_changes_nothing(newcomer: Organization) -> None:
    stale = Organization.objects.get(pk=newcomer.pk)
    advance(newcomer, Status.APPROVED, STEPS)
    with pytest.raises(NotAllowed, match="另一位同事"):
        advance(stale, Status.RETURNED, STEPS, name="迟到的名字")
    assert kept(newcomer) == (Status.APPROVED, newcomer.name)
    assert (stale.status, stale.name) == (Status.PENDING, newcomer.name)


def test_the_same_step_is_not_taken_twice(newcomer: Organization) -> None:
    again = Organization.objects.get(pk=newcomer.pk)
    advance(newcomer, Status.APPROVED, STEPS)
    with pytest.raises(NotAllowed):
        advance(again, Status.APPROVED, STEPS)
