"""Keeping the places that a provider trains in."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.organizations.models import Organization
from anlan.resources.models import Venue, VenueKind


@transaction.atomic
def add_venue(
    *,
    owner: Organization,
    name: str,
    kind: VenueKind,
    district: str,
    address: str,
    area_m2: Decimal,
    by: User | None,
    at: datetime,
    equipment: Sequence[str] = (),
) -> Venue:
    """Add a room or ground. `district` is a GB/T 2260 code, `equipment` one name an item."""
    name = name.strip()
    if area_m2 <= 0:
        raise BadInput("面积应大于 0。", "请按平面图填写使用面积（㎡）。")
    if Venue.objects.filter(owner=owner, name=name, retired_at__isnull=True).exists():
        raise BadInput(
            f"「{owner.name}」已有名为「{name}」的场地。", "请换一个名称，例如加上楼层。"
        )
    venue = Venue.objects.create(
        owner=owner,
        name=name,
        kind=kind,
        district=district,
        address=address.strip(),
        area_m2=area_m2,
        equipment=list(equipment),
    )
    record(
        venue.subject,
        "venue_added",
        by=by,
        at=at,
        owner=owner.subject,
        name=name,
        kind=str(kind),
        district=district,
        area_m2=str(area_m2),
    )
    return venue


@transaction.atomic
def retire_venue(venue: Venue, *, by: User, at: datetime, reason: str) -> None:
    """The place takes no more classes; those that were held there keep it."""
    reason = reason.strip()
    if not reason:
        raise BadInput("请写明停用原因。", "例如：租约到期、改作他用。")
    if not Venue.objects.filter(pk=venue.pk, retired_at__isnull=True).update(retired_at=at):
        raise NotAllowed(f"场地「{venue.name}」已经停用。", "请刷新页面查看最新状态。")
    venue.retired_at = at
    record(venue.subject, "venue_retired", by=by, at=at, reason=reason)
