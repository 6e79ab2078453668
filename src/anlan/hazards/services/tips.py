"""A tip comes in without a name, is verified, answered, borne out or not, and becomes a hazard."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.services import record_many
from anlan.foundation.notices.services import tell
from anlan.foundation.rules.queries import rulebook
from anlan.hazards import policies
from anlan.hazards.lines import digest, tip_line
from anlan.hazards.models import (
    ContactReveal,
    Hazard,
    Source,
    Tip,
    TipKind,
    TipMessage,
    TipMode,
    TipStatus,
)
from anlan.hazards.queries import tips as queries
from anlan.hazards.services.reporting import Report, accept_hazard, report_hazard
from anlan.hazards.states import TIP_OPEN, TIP_STEPS
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.lib.states import advance
from anlan.organizations.models import Organization

TOLD_MAX = 2000
REASON_MAX = 200


@dataclass(frozen=True)
class Telling:
    """What somebody tells. `contact` only where the teller wants to be reached in confidence."""

    kind: TipKind
    district: str
    named: str
    told: str
    place: str = ""
    contact: str = ""
    photos: Sequence[StoredFile] = ()


class TooMany(Refused):
    """More tips within the hour than a city can mean."""

    status = 429


@transaction.atomic
def file_tip(telling: Telling, *, code: str, at: datetime, synthetic: bool = False) -> Tip:
    """Keep what was told under the receipt code's hash; the same code again gives the same tip.

    Nothing of who sends it is asked for or kept: no account, no address.
    """
    known = queries.tip_of_receipt(code)
    if known is not None:
        return known
    told = _said(telling.told, "请写明看到了什么。", TOLD_MAX)
    named = _said(telling.named, "请写明是哪个单位或工地。", 100)
    book = rulebook(local_date(at))
    if queries.filed_within_hour(at) >= book.whole("tip.per_hour_max"):
        raise TooMany("一小时内收到的举报太多，暂时不能提交。", "请过一会儿再试，或拨打 12350。")
    contact = telling.contact.strip()[:200]
    tip = Tip(
        receipt_hash=queries.receipt_hash(code),
        kind=telling.kind,
        mode=TipMode.CONFIDENTIAL if contact else TipMode.ANONYMOUS,
        district=telling.district,
        named=named,
        organization=queries.employer_named(named),
        place=telling.place.strip()[:200],
        told=told,
        contact=contact,
        at=at,
        due_at=at + timedelta(days=book.number("tip.answer_days")),
        is_synthetic=synthetic,
    )
    try:
        with transaction.atomic():
            tip.save()
    except IntegrityError:  # the same form by another connection
        return Tip.objects.get(receipt_hash=tip.receipt_hash)
    tip.photos.set(telling.photos)
    _line(tip, "tip_filed", None, at, kind=str(tip.get_kind_display()), text=digest(told))
    _tell(tip, queries.told_first(tip), f"收到举报：{tip.get_kind_display()}", at)
    return tip


@transaction.atomic
def take_tip(tip: Tip, *, by: User, at: datetime) -> None:
    """Somebody begins to verify; also again, after it was dismissed or not borne out."""
    again = tip.status != TipStatus.RECEIVED
    advance(tip, TipStatus.VERIFYING, TIP_STEPS, handler=by, ended_at=None, outcome="")
    _line(tip, "tip_reopened" if again else "tip_taken", by, at)


@transaction.atomic
def dismiss_tip(tip: Tip, reason: str, *, by: User, at: datetime) -> None:
    """Not a matter for this platform; the teller reads why."""
    _end(tip, TipStatus.DISMISSED, "tip_dismissed", reason, by, at)


@transaction.atomic
def conclude_tip(tip: Tip, outcome: str, *, borne_out: bool, by: User, at: datetime) -> None:
    """Borne out or not; the teller reads the outcome with the receipt code."""
    to, verb = TipStatus.UNFOUNDED, "tip_unfounded"
    if borne_out:
        to, verb = TipStatus.CONFIRMED, "tip_confirmed"
    _end(tip, to, verb, outcome, by, at)


@transaction.atomic
def ask_teller(tip: Tip, question: str, *, by: User, at: datetime) -> TipMessage:
    words = _said(question, "请写明要问什么。", 500)
    _require_open(tip)
    message = TipMessage.objects.create(tip=tip, words=words, by=by, at=at)
    _line(tip, "tip_asked", by, at, text=digest(words))
    return message


@transaction.atomic
def add_to_tip(tip: Tip, words: str, *, at: datetime) -> TipMessage:
    """An answer, or something more, from whoever holds the receipt code."""
    said = _said(words, "请写明要补充的情况。", TOLD_MAX)
    _require_open(tip)
    message = TipMessage.objects.create(tip=tip, words=said, by=None, at=at)
    _line(tip, "tip_added", None, at, text=digest(said))
    told = [tip.handler] if tip.handler else queries.told_first(tip)
    _tell(tip, told, "举报人补充了情况", at)
    return message


@transaction.atomic
def reveal_contact(tip: Tip, reason: str, *, by: User, at: datetime) -> str:
    """The contact in clear, for a reason that is kept with the tip and in the ledger."""
    said = _said(reason, "请写明为什么要查看。", REASON_MAX)
    if not tip.contact:
        raise Refused("这条举报没有留联系方式。", "可以在这里提问，举报人凭回执码查看。")
    ContactReveal.objects.create(tip=tip, reason=said, by=by, at=at)
    _line(tip, "tip_contact_seen", by, at, text=digest(said))
    return str(tip.contact)


@transaction.atomic
def place_tip(tip: Tip, organization: Organization, *, by: User, at: datetime) -> None:
    """Say which registered employer is meant: its own people are kept out from then on."""
    Tip.objects.filter(pk=tip.pk).update(organization=organization)
    tip.organization = organization
    if not policies.may_see_tip(by, tip):
        raise Refused("您在这家单位任职，不能办理对它的举报。", "请交由其他经办人员办理。")


@transaction.atomic
def turn_into_hazard(tip: Tip, report: Report, *, by: User, at: datetime) -> Hazard:
    """What was borne out becomes the enterprise's to put right, in the official's own words.

    The hazard names no reporter and has its own photos; nothing in it leads back to the tip.
    """
    if tip.status != TipStatus.CONFIRMED or tip.hazard_id is not None:
        raise NotAllowed("核实属实、还没有转办的举报才能转为隐患。", "请刷新页面查看。")
    hazard, _ = report_hazard(report, source=Source.WHISTLE_BLOW, by=by, at=at)
    accept_hazard(hazard, by=by, at=at)
    if not Tip.objects.filter(pk=tip.pk, hazard__isnull=True).update(hazard=hazard):
        raise NotAllowed("另一位同事刚刚转办了这条举报。", "请刷新页面查看。")
    tip.hazard = hazard
    place_tip(tip, report.organization, by=by, at=at)
    _line(tip, "tip_became_hazard", by, at)
    return hazard


def _end(tip: Tip, to: TipStatus, verb: str, words: str, by: User, at: datetime) -> None:
    said = _said(words, "请写明结果和依据，举报人会看到。", 500)
    advance(tip, to, TIP_STEPS, outcome=said, ended_at=at, handler=by)
    _line(tip, verb, by, at, text=digest(said))


def _require_open(tip: Tip) -> None:
    if Tip.objects.filter(pk=tip.pk, status__in=TIP_OPEN).count() == 0:
        raise NotAllowed("这条举报已经办结，不能再补充。", "有新的情况，请另行举报。")


def _line(tip: Tip, verb: str, by: User | None, at: datetime, **data: str) -> None:
    record_many([tip_line(tip, verb, by, at, **data)])


def _tell(tip: Tip, users: Sequence[User], title: str, at: datetime) -> None:
    """The notice says no more than that there is one: a desk may be looked at by others."""
    tell(
        users,
        title,
        body="请在举报核查中办理。",
        url=reverse("hazards:tip", args=[tip.uid]),
        at=at,
        dedupe=f"{tip.subject}/{at.timestamp():.6f}",
    )


def _said(text: str, missing: str, most: int) -> str:
    said = text.strip()
    if not said:
        raise BadInput(missing, "其余内容都还在，写好后再提交。")
    if len(said) > most:
        raise BadInput(f"最多 {most} 字，现在有 {len(said)} 字。", "请精简后再提交。")
    return said
