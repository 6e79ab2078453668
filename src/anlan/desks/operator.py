"""Who keeps the platform running: what is stuck, and how much there is."""

from datetime import datetime, timedelta

from django.urls import reverse

from anlan.archives.queries import unsealed_classes
from anlan.desks.shape import Desk, Figure
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import MOST_TRIES, TextMessage
from anlan.foundation.ui.parts import Todo
from anlan.identity.queries import rosters_to_import

SOON = timedelta(minutes=10)  # by then the worker should have taken up what is queued


def desk_of(user: User, at: datetime) -> Desk:
    """Work that the worker should have done by now is the sign that it stands still."""
    late = rosters_to_import().filter(at__lt=at - SOON).count()
    unsealed = unsealed_classes().filter(closed_at__lt=at - SOON).count()
    unsent = TextMessage.objects.filter(sent_at__isnull=True, tries__gte=MOST_TRIES).count()
    todos = [
        Todo(title, href, "查看", "请检查后台任务是否在运行：anlan doctor")
        for count, title, href in (
            (late, f"{late} 份花名册等待导入超过 10 分钟", reverse("organizations:ledger")),
            (
                unsealed,
                f"{unsealed} 期已结班还没有封存",
                reverse("classes:list") + "?status=closed",
            ),
            (unsent, f"{unsent} 条短信多次发送失败", reverse("notices:inbox")),
        )
        if count
    ]
    figures = [
        Figure("账号", User.objects.filter(is_active=True).count(), unit="个"),
        Figure("存证", Entry.objects.count(), note="每次办理留一条，不可改", unit="条"),
        Figure("待封存", unsealed_classes().count(), unit="期"),
    ]
    return Desk(todos, figures, "后台任务都已按时完成。", len(todos))
