"""What the worker finds to do for supervision."""

from datetime import datetime, timedelta

from django.db.models import Q

from anlan.classes.models import Status, TrainingClass
from anlan.foundation.ledger.models import Entry
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.supervision import queries
from anlan.supervision.models import Draw, Look
from anlan.supervision.services import calls, checks, looking

CLASSES_AT_ONCE = 10
PHOTOS_AT_ONCE = 50
DRAWS_AT_ONCE = 5


def look_for_doubts(at: datetime) -> int:
    """Go over running classes, and over closed ones for a while, the longest unlooked-at first."""
    rules = rulebook(local_date(at))
    since = at - timedelta(days=rules.number("supervision.look_days"))
    again = at - timedelta(hours=rules.number("supervision.look_hours"))
    looked = Look.objects.filter(at__gt=again).values("klass")
    live = Q(status=Status.RUNNING) | Q(status=Status.CLOSED, closed_at__gte=since)
    due = TrainingClass.objects.filter(live).exclude(pk__in=looked).select_related("provider")
    classes = list(due.order_by("pk")[:CLASSES_AT_ONCE])
    if classes:
        looking.look_over(classes, at=at)
    return len(classes)


def print_photos(at: datetime) -> int:
    """Prints for photos that have none yet."""
    photos = queries.photos_without_print(PHOTOS_AT_ONCE)
    return looking.print_photos(photos, at=at) if photos else 0


def draw_announced(at: datetime) -> int:
    """Draw what was announced, once the log has it under a checkpoint."""
    placed = Entry.objects.filter(position__isnull=False).values("uid")
    waiting = Draw.objects.filter(drawn_at__isnull=True, entry__in=placed).order_by("at")
    drawn = 0
    for draw in waiting[:DRAWS_AT_ONCE]:
        checks.draw_lots(draw, at=at)
        drawn += Draw.objects.filter(pk=draw.pk, drawn_at__isnull=False).count()
    return drawn


def draw_call_backs(at: datetime) -> int:
    """Draw learners to be called from classes that have closed."""
    classes = calls.due_classes(at, CLASSES_AT_ONCE)
    for klass in classes:
        calls.draw_call_backs(klass, at=at)
    return len(classes)
