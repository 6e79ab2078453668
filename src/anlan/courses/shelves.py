"""Reading lessons: which there are, who keeps them, who sees them, and their parts."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from anlan.assessments.models import Item
from anlan.assessments.queries import banks_for
from anlan.courses.models import Audience, Lesson, Module, Piece, QuizPoint, Rendition
from anlan.courses.taught import taught_to
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.files.models import StoredFile
from anlan.identity.models import Person
from anlan.identity.queries import person_of
from anlan.identity.queries.checks import gone_on
from anlan.identity.queries.moments import moments_of
from anlan.organizations.models import Organization

OPEN = Q(published_at__isnull=False, retired_at__isnull=True)
NOBODYS = Q(pk__in=[])
FOUND = 20


def keeps(user: User) -> Q:
    """Lessons that the user may write."""
    mine = reach(user)
    city = Q(owner__isnull=True) if mine.has(Role.CITY_OFFICIAL) else NOBODYS
    return city | Q(owner__uid__in=mine.keys(ScopeKind.ORGANIZATION, Role.CLASS_MANAGER))


def sees(user: User) -> Q:
    """Open lessons that the user may learn or watch: the city's are everybody's.

    A provider's are seen by its staff, by officials, and by whom it teaches. Kept on the user for
    the request, as `reach` is.
    """
    kept: Q | None = getattr(user, "_sees_lessons", None)
    if kept is None:
        kept = user._sees_lessons = _sees(user)  # type: ignore[attr-defined]
    return kept


def _sees(user: User) -> Q:
    mine = reach(user)
    if mine.official or mine.whole_city:
        return OPEN
    owners = Q(owner__isnull=True) | Q(owner__uid__in=mine.organizations)
    person = person_of(user)
    if person is not None:
        owners |= Q(owner__in=[one.provider for one in taught_to([person.pk])])
    return OPEN & owners


def lessons_shown_to(user: User) -> QuerySet[Lesson]:
    """What the user may open: what is open to them, and their own drafts and retired ones."""
    return _whole().filter(sees(user) | keeps(user))


def lesson_shown_to(user: User, uid: UUID) -> Lesson:
    return lessons_shown_to(user).get(uid=uid)


def lesson_open_to(user: User, uid: UUID) -> Lesson:
    """To learn from; a draft is looked at in its preview."""
    return _whole().filter(sees(user)).get(uid=uid)


def identity_moment(person: Person, lesson: Lesson, most: int) -> int | None:
    """After how many seconds the lesson asks who learns; None when it doesn't, or has been told.

    `most` lessons of the module ask, chosen for each person by the server.
    """
    if not most:
        return None
    beside = Lesson.objects.filter(OPEN, module=lesson.module_id, owner=lesson.owner_id)
    share = moments_of(person, list(beside.values_list("uid", flat=True)), most).get(lesson.uid)
    if share is None or gone_on({lesson.subject}, person):
        return None
    return int(share * lesson.seconds)


def lesson_kept_by(user: User, uid: UUID) -> Lesson:
    return _whole().filter(keeps(user)).get(uid=uid)


def lessons_of_module(user: User, module: Module) -> list[Lesson]:
    """The city's first, each owner's in order; the retired at the end."""
    rows = lessons_shown_to(user).filter(module=module).select_related("making")
    return sorted(
        rows,
        key=lambda one: (one.owner_id or 0, one.retired_at is not None, one.order, one.pk),
    )


def module_by_key(user: User, key: str) -> Module:
    return Module.objects.get(key=key)


def owners_for(user: User) -> list[Organization]:
    """The providers for which a class manager may write lessons."""
    keys = reach(user).keys(ScopeKind.ORGANIZATION, Role.CLASS_MANAGER)
    return list(Organization.objects.filter(uid__in=keys).order_by("id"))


@dataclass(frozen=True)
class Online:
    """How many open lessons a module has online, and how long they take."""

    lessons: int = 0
    seconds: int = 0

    @property
    def minutes(self) -> int:
        return round(self.seconds / 60)


def online_of(user: User, modules: Iterable[Module]) -> dict[int, Online]:
    """Module pk → its open lessons for workers as this user sees them, in one query."""
    rows = (
        Lesson.objects.filter(sees(user), module__in=list(modules))
        .exclude(audience=Audience.STUDENTS)
        .values_list("module")
        .annotate(n=Count("id"), seconds=Sum("seconds"))
    )
    return {module: Online(n, seconds) for module, n, seconds in rows}


def points_of(lesson: Lesson) -> list[QuizPoint]:
    return list(lesson.quiz_points.select_related("item"))


def items_to_ask(user: User, lesson: Lesson, text: str = "") -> QuerySet[Item]:
    """Items in use, of banks that the user keeps and that belong to the lesson's owner."""
    banks = banks_for(user).filter(owner=lesson.owner)
    found = Item.objects.filter(bank__in=banks, retired_at__isnull=True).select_related("bank")
    for word in text.split():
        found = found.filter(Q(stem__icontains=word) | Q(topic__icontains=word))
    return found.order_by("id")


def picture_shown_to(user: User, uid: UUID, file: UUID) -> StoredFile:
    """A picture of one of the lesson's pages."""
    lesson = lesson_shown_to(user, uid)
    if str(file) not in {one.get("image") for one in lesson.pages}:
        raise StoredFile.DoesNotExist
    return StoredFile.objects.get(uid=file)


def rendition_shown_to(user: User, uid: UUID, rendition: UUID) -> Rendition:
    rows = Rendition.objects.select_related("making__lesson")
    return rows.get(uid=rendition, making__lesson=lesson_shown_to(user, uid))


def piece_shown_to(user: User, uid: UUID, piece: UUID) -> Piece:
    """Asked every few seconds of a film, so an open lesson of the city's costs one query."""
    rows = Piece.objects.select_related("file", "rendition__making__lesson")
    found = rows.get(file__uid=piece, rendition__making__lesson__uid=uid)
    lesson = found.rendition.making.lesson
    if not (lesson.is_open and lesson.owner_id is None):
        lesson_shown_to(user, uid)
    return found


def page_of(user: User, uid: UUID, no: int) -> tuple[Lesson, int]:
    """A lesson that the user keeps, and the position (from 0) of an existing page of it."""
    lesson = lesson_kept_by(user, uid)
    if not 1 <= no <= len(lesson.pages):
        raise Lesson.DoesNotExist
    return lesson, no - 1


def point_of(user: User, uid: UUID, second: int) -> QuizPoint:
    lesson = lesson_kept_by(user, uid)
    return lesson.quiz_points.select_related("lesson__owner", "item").get(second=second)


def _whole() -> QuerySet[Lesson]:
    return Lesson.objects.select_related("module", "owner", "source", "captions")
