"""Tablets: made known by the key that they made, stopped when they are lost."""

from datetime import datetime
from typing import Any

from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.kits.keys import TABLET, is_signed, read_point
from anlan.kits.models import Tablet
from anlan.kits.services.judging import give_up_photos, go_on
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.organizations.models import Organization


@transaction.atomic
def register_tablet(
    organization: Organization, *, name: str, key: str, proof: str, by: User, at: datetime
) -> Tablet:
    """The tablet of this key, made known if need be. `proof`: its signature over the name."""
    _require_key(name, key, proof)
    known = Tablet.objects.filter(key=key).first()
    if known is not None:
        return _require_own(known, organization)
    tablet = Tablet.objects.create(organization=organization, name=name, key=key, by=by, at=at)
    record(_subject(tablet), "tablet_registered", by=by, at=at, tablet=name, key=key)
    return tablet


@transaction.atomic
def stop_tablet(tablet: Tablet, *, reason: str, by: User, at: datetime) -> Tablet:
    """A tablet is lost or broken: what it sends from now on is kept and waits for a person."""
    if not reason.strip():
        raise BadInput("请写明停用的原因。", "例如：7 月 3 日在矿区遗失。")
    tablet.refresh_from_db(from_queryset=Tablet.objects.select_for_update())
    if tablet.revoked_at is not None:
        raise NotAllowed("这台平板已经停用。", "请刷新页面查看。")
    tablet.revoked_at, tablet.revoked_by, tablet.reason = at, by, reason.strip()[:200]
    tablet.save(update_fields=["revoked_at", "revoked_by", "reason"])
    record(_subject(tablet), "tablet_stopped", by=by, at=at, tablet=tablet.name, reason=reason)
    return tablet


@transaction.atomic
def pass_gap(tablet: Tablet, *, reason: str, by: User, at: datetime) -> int:
    """Go on behind records that will never come (a broken store, a quarantined record).

    Returns how many numbers were passed over. Nothing may come under them later but as a fork.
    """
    if not reason.strip():
        raise BadInput("请写明为什么不再等缺的记录。", "例如：平板存储损坏，已核对纸质签到表。")
    tablet.refresh_from_db(from_queryset=Tablet.objects.select_for_update())
    since = tablet.next_no
    ahead = tablet.records.filter(no__gte=since, fork=False).order_by("no").first()
    if ahead is None or ahead.no == since:
        raise NotAllowed("这台平板没有缺记录。", "请刷新页面查看。")
    tablet.next_no = ahead.no
    words: dict[str, Any] = {
        "since": str(since),
        "until": str(ahead.no - 1),
        "reason": reason.strip(),
    }
    record(_subject(tablet), "kit_gap_passed", by=by, at=at, tablet=tablet.name, **words)
    go_on(tablet, at=at)
    return ahead.no - since


@transaction.atomic
def wait_no_longer(tablet: Tablet, *, reason: str, by: User, at: datetime) -> int:
    """Photos of this tablet will not come any more: what waited for them is decided by a person."""
    if not reason.strip():
        raise BadInput("请写明为什么不再等照片。", "例如：平板存储损坏。")
    tablet.refresh_from_db(from_queryset=Tablet.objects.select_for_update())
    given_up = give_up_photos(tablet, at=at)
    if not given_up:
        raise NotAllowed("这台平板没有在等照片的记录。", "请刷新页面查看。")
    words: dict[str, Any] = {"tablet": tablet.name, "records": given_up, "reason": reason.strip()}
    record(_subject(tablet), "kit_photos_given_up", by=by, at=at, **words)
    return given_up


def _require_key(name: str, key: str, proof: str) -> None:
    if not 1 <= len(name.strip()) <= 40:
        raise BadInput("请给平板起个名字。", "1 至 40 个字，例如：一号车平板。")
    try:
        read_point(key)
    except ValueError:
        raise BadInput("平板的公钥不对。", "请刷新页面后重试，或换一个浏览器。") from None
    if not is_signed(TABLET, name, proof, key):
        raise BadInput("平板没能证明公钥是它自己的。", "请刷新页面后重试，或换一个浏览器。")


def _require_own(known: Tablet, organization: Organization) -> Tablet:
    if known.organization_id != organization.pk:
        raise NotAllowed("这台平板登记在另一家机构名下。", "请换一台平板，或清除浏览器数据后重试。")
    if known.revoked_at is not None:
        raise NotAllowed(
            f"这台平板已停用：{known.reason}",
            "请换一台平板；确已找回的，清除浏览器数据后重新登记。",
        )
    return known


def _subject(tablet: Tablet) -> str:
    return f"tablet/{tablet.uid}"
