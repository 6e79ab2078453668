"""Random moments: few, the server's, and the same however often one asks."""

import uuid

from anlan.identity.queries.moments import moments_of
from anlan.identity.tests.check_scenes import a_learner
from anlan.testing.cast import Cast


def test_few_lessons_ask_each_somewhere_inside_and_others_ask_others(cast: Cast) -> None:
    person, other = a_learner(cast, 7), a_learner(cast, 8)
    lessons = [uuid.UUID(int=n) for n in range(20)]
    asked = moments_of(person, lessons, 2)
    assert len(asked) == 2
    assert asked == moments_of(person, lessons[::-1], 2)
    assert all(0.2 <= share <= 0.8 for share in asked.values())
    assert asked != moments_of(other, lessons, 2)
    assert moments_of(person, lessons, 0) == {}
    assert len(moments_of(person, lessons[:1], 5)) == 1
