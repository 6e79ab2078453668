"""Spot checks: announced, drawn by a seed that nobody chose, visited, written down."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse

from anlan.classes.models import Session, TrainingClass
from anlan.courses.models import Mode
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import Checkpoint, Entry
from anlan.foundation.ledger.services import Line, record, record_many
from anlan.foundation.notices.services import tell
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import date_text, local_date
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.lib.states import advance
from anlan.methods import sampling
from anlan.proofs.canonical import canonical
from anlan.supervision import queries, risk
from anlan.supervision.doubts import Doubt, class_facts, class_link, half_day_of, picture
from anlan.supervision.models import CheckStatus, Draw, DrawMethod, SpotCheck, TicketKind
from anlan.supervision.scripts import check_list
from anlan.supervision.services.tickets import raise_doubt
from anlan.supervision.states import CHECK_STEPS

RULE = "sha256-lots/1"


@transaction.atomic
def announce_draw(*, monday: date, method: DrawMethod, count: int, by: User, at: datetime) -> Draw:
    """Fix the week, the number and every class's chance before the lot can be known.

    The line of this announcement goes into the log; the seed is the root of the first checkpoint
    over it (`draw_lots`).
    """
    if monday.weekday():
        raise BadInput(f"{date_text(monday)} 不是周一。", "请选择要抽查那一周的周一。")
    if monday + queries.WEEK <= local_date(at):
        raise BadInput("这一周已经过去。", "请选择本周或以后的周一。")
    classes = list(queries.candidates(by, monday))
    if not classes:
        raise Refused("这一周没有可以抽查的线下课。", "请换一周，或等新的班批准后再抽。")
    if not 1 <= count <= len(classes):
        raise BadInput(
            f"候选班次有 {len(classes)} 期，抽取数要在 1 到 {len(classes)} 之间。", "请改正抽取数。"
        )
    weights, reasons = risk.chances(classes, method, at=at)
    draw = Draw(method=method, monday=monday, count=count, weights=weights, reasons=reasons)
    draw.by, draw.at = by, at
    entry = record(
        draw.subject,
        "draw_announced",
        by=by,
        at=at,
        monday=monday.isoformat(),
        method=str(method.label),
        count=count,
        candidates=len(classes),
        weights=weights_digest(weights),
        rule=RULE,
    )
    draw.entry = entry.uid
    draw.save()
    return draw


@transaction.atomic
def draw_lots(draw: Draw, *, at: datetime) -> list[SpotCheck]:
    """Draw once the announcement stands under a checkpoint; nothing before. Once only."""
    held = Draw.objects.select_for_update().get(pk=draw.pk)
    checkpoint = first_checkpoint_over(held)
    if held.drawn_at is not None or checkpoint is None:
        return []
    held.seed, held.log_size = bytes(checkpoint.root).hex(), checkpoint.size
    held.drawn_at = at
    held.save(update_fields=["seed", "log_size", "drawn_at"])
    numbers = sampling.draw(seed_of(held), held.weights, held.count)
    known = {one.number: one for one in TrainingClass.objects.filter(number__in=numbers)}
    checks = [_check(held, known[number]) for number in numbers]
    made = SpotCheck.objects.bulk_create([one for one in checks if one])
    record(
        held.subject,
        "draw_made",
        by=None,
        at=at,
        seed=held.seed,
        log_size=held.log_size,
        drawn="、".join(numbers),
    )
    url = reverse("supervision:draw", args=[held.uid])
    tell([held.by], f"抽查已抽出 {len(made)} 期", at=at, url=url, dedupe=f"{held.subject}/drawn")
    return made


def first_checkpoint_over(draw: Draw) -> Checkpoint | None:
    entry = Entry.objects.get(uid=draw.entry)
    if entry.position is None:
        return None
    return Checkpoint.objects.filter(size__gt=entry.position).first()


def seed_of(draw: Draw) -> bytes:
    """Root of the checkpoint (hex), a line feed, the announcement's entry: one seed a draw."""
    return f"{draw.seed}\n{draw.entry}".encode()


def weights_digest(weights: Mapping[str, int]) -> str:
    """SHA-256 of the chances as canonical JSON, as the announcement has it."""
    return hashlib.sha256(canonical(dict(weights))).hexdigest()


@transaction.atomic
def assign_check(check: SpotCheck, inspector: User, *, by: User, at: datetime) -> None:
    """Send somebody; who has been there can't be sent again."""
    if inspector not in queries.officials_of(check.klass.district):
        raise BadInput(f"{inspector.name}不是该区县的经办人员。", "请从名单中选择。")
    rows = SpotCheck.objects.filter(pk=check.pk, status=CheckStatus.PLANNED)
    if not rows.update(inspector=inspector):
        raise NotAllowed("这次抽查已经结束。", "请刷新页面查看。")
    check.inspector = inspector
    record(check.subject, "check_assigned", by=by, at=at, to=f"user/{inspector.uid}")
    tell(
        [inspector],
        f"抽查：{check.klass.title}",
        body=f"{date_text(check.session.day)}{check.session.get_half_display()}，{check.session.place}",
        url=reverse("supervision:check", args=[check.uid]),
        at=at,
        dedupe=f"{check.subject}/{inspector.pk}",
    )


@transaction.atomic
def report_check(
    check: SpotCheck,
    *,
    answers: Mapping[str, str],
    counted: int,
    remark: str,
    photo: StoredFile,
    by: User,
    at: datetime,
) -> SpotCheck:
    """What the inspector saw; who is signed in at this moment is read here, not typed."""
    script = check_list(local_date(at))
    if missing := [one.text for one in script.questions if one.key not in answers]:
        raise BadInput(
            f"还有 {len(missing)} 项没有选：{'、'.join(missing)}。", "请逐项选择后提交。"
        )
    register = check.session.register
    if register is not None and at < register.opens_at:
        raise NotAllowed("这节课还没有开放签到。", "请到场后再填写。")
    signed = queries.present_now(check.session)
    said = remark.strip()[:500]
    advance(
        check,
        CheckStatus.DONE,
        CHECK_STEPS,
        version=script.version,
        answers=dict(answers),
        counted=counted,
        signed=signed,
        remark=said,
        photo=photo,
        by=by,
        at=at,
    )
    differing = _differences(check, script.contradictions(answers))
    seen: dict[str, object] = {
        "counted": counted,
        "signed": signed,
        "differences": len(differing),
        "checklist": script.version,
        "answers": dict(answers),
        "photo": photo.sha256,
    }
    outcome = {**seen, "check": check.subject}
    record_many(
        [
            Line(check.subject, "check_reported", by, at, seen),
            Line(check.klass.subject, "check_reported", by, at, outcome),
        ]
    )
    if differing:
        raise_doubt(_doubt(check, differing), by=by, at=at)
    return check


@transaction.atomic
def cancel_check(check: SpotCheck, reason: str, *, by: User, at: datetime) -> None:
    """Nobody went, and why; the draw stands."""
    said = reason.strip()[:300]
    if not said:
        raise BadInput("请写明未能抽查的原因。", "例如：该班改期，当天停课。")
    advance(check, CheckStatus.CANCELLED, CHECK_STEPS, remark=said, by=by, at=at)
    record_many(
        [
            Line(check.subject, "check_cancelled", by, at, {"reason": said}),
            Line(check.klass.subject, "check_cancelled", by, at, {"reason": said}),
        ]
    )


def _check(draw: Draw, klass: TrainingClass) -> SpotCheck | None:
    """Which half-day of the week is visited is drawn as well; None if there is none any more."""
    until = draw.monday + timedelta(days=7)
    found = Session.objects.filter(
        klass=klass, day__gte=draw.monday, day__lt=until, active=True, mode=Mode.OFFLINE
    )
    by_slot = {one.slot: one for one in found}
    seed = seed_of(draw) + b"\n" + klass.number.encode()
    for slot in sampling.draw(seed, dict.fromkeys(by_slot, 1), 1):
        return SpotCheck(draw=draw, klass=klass, session=by_slot[slot])
    return None


def _differences(check: SpotCheck, said: list[tuple[str, str]]) -> list[tuple[str, str]]:
    counted, signed = check.counted or 0, check.signed or 0
    day = local_date(check.at) if check.at else check.session.day
    most = rulebook(day).whole("supervision.count_people")
    off = [("现场清点与签到", f"清点 {counted} 人，签到 {signed} 人")]
    return [*(off if abs(counted - signed) > most else []), *said]


def _doubt(check: SpotCheck, differing: list[tuple[str, str]]) -> Doubt:
    klass, session = check.klass, check.session
    assert check.photo is not None  # a reported check has one
    return Doubt(
        kind=TicketKind.SPOT_CHECK,
        provider=klass.provider,
        klass=klass,
        evidence=str(check.uid),
        said=f"现场抽查有 {len(differing)} 项与记录不一致，待核实。",
        facts=[
            *class_facts(klass),
            ("半天", half_day_of(session)),
            *differing,
        ],
        inner=[("检查人员说明", check.remark)] if check.remark else [],
        links=[class_link(klass)],
        pictures=[picture(check.photo, "抽查照片")],
        subjects=[check.subject, session.subject],
    )
