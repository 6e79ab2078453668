"""Reading notices."""

from django.db.models import QuerySet

from anlan.foundation.accounts.models import User
from anlan.foundation.notices.models import MOST_TRIES, Notice, TextMessage


def notices_of(user: User) -> QuerySet[Notice]:
    return Notice.objects.filter(user=user).order_by("-at", "-id")


def unread_count(user: User) -> int:
    return Notice.objects.filter(user=user, read_at__isnull=True).count()


def unsent_messages() -> QuerySet[TextMessage]:
    return TextMessage.objects.filter(sent_at__isnull=True, tries__lt=MOST_TRIES).order_by("at")
