"""What the class page shows of this room (`settings.ANLAN_CLASS_LINKS`)."""

from django.urls import reverse

from anlan.archives.policies import may_see_archive
from anlan.classes.links import Link
from anlan.classes.models import Status, TrainingClass
from anlan.foundation.accounts.models import User


def class_links(user: User, klass: TrainingClass) -> list[Link]:
    """Report and archive of a closed class, for those who may see them."""
    if klass.status != Status.CLOSED or not may_see_archive(user, klass):
        return []
    return [
        Link("培训评估报告", reverse("archives:report", args=[klass.uid])),
        Link("一期一档", reverse("archives:class", args=[klass.uid])),
    ]
