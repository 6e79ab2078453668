"""What the stories of this room share."""

import pytest

from anlan.classes.models import TrainingClass
from anlan.testing.cast import Cast
from anlan.testing.classes import a_running_class


@pytest.fixture
def klass(cast: Cast) -> TrainingClass:
    """A running class with three learners."""
    return a_running_class(cast)
