"""Who keeps lessons: the city's own by its officials, a provider's by its class managers."""

from anlan.courses.models import Lesson
from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach


def may_keep_lessons(user: User) -> bool:
    return reach(user).has(Role.CITY_OFFICIAL, Role.CLASS_MANAGER)


def may_keep(user: User, lesson: Lesson) -> bool:
    """A city official doesn't rewrite what a provider teaches, nor the other way round."""
    mine = reach(user)
    if lesson.owner is None:
        return mine.has(Role.CITY_OFFICIAL)
    return mine.works_for(lesson.owner.uid, Role.CLASS_MANAGER)


def may_see(user: User, lesson: object) -> bool:
    """The lesson, or a part of it, was found through `shelves`, so it is the user's to see."""
    return user.is_active
