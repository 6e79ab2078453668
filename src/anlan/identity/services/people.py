"""Registering people and saying where they work."""

from datetime import date, datetime, time

from django.db import IntegrityError, transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger import services as ledger
from anlan.foundation.notices import services as notices
from anlan.identity.models import (
    FIELD_NAMES,
    Employment,
    Person,
    Reveal,
    id_index,
    phone_index,
)
from anlan.identity.queries.past import former_names, number_was_given_up
from anlan.lib import idnumber, phones
from anlan.lib.bigrams import bigrams
from anlan.lib.dates import at_shanghai, local_date
from anlan.lib.masking import mask_name, mask_phone
from anlan.lib.refusals import BadInput, Refused
from anlan.organizations.models import Organization


@transaction.atomic
def register_person(
    *,
    name: str,
    id_number: str,
    phone: str = "",
    by: User | None,
    at: datetime,
    synthetic: bool = False,
) -> tuple[Person, bool]:
    """The one record of this ID number, and whether it is new.

    Of somebody known only a missing phone is filled in; a former name finds the person too.
    Raises `BadInput` for a wrong number and `Refused` when the number is registered under another
    name, or was given up by a correction.
    """
    name, number, mobile = _clean(name, id_number, phone, local_date(at))
    found = Person.objects.filter(id_index=id_index(number)).first()
    if found is None:
        if number_was_given_up(number):
            raise given_up()
        person = new_person(name, number, mobile, at=at, synthetic=synthetic)
        try:
            with transaction.atomic():
                person.save()
        except IntegrityError:  # registered by somebody else a moment ago
            found = Person.objects.get(id_index=id_index(number))
        else:
            ledger.record_many([registration_line(person, by=by, at=at)])
            return person, True
    if found.name != name and name not in former_names([found]).get(found.pk, set()):
        raise another_name(found.name, name)
    if mobile and not found.phone:
        found.phone, found.phone_index = mobile, phone_index(mobile)
        found.save(update_fields=["phone", "phone_index"])
    return found, False


@transaction.atomic
def employ(
    person: Person,
    organization: Organization,
    *,
    role: str = "worker",
    trade: str = "",
    department: str = "",
    on: date,
    by: User | None = None,
) -> Employment:
    """The person's one open employment there, opened on that day or brought up to date.

    A blank `trade` or `department` keeps what is known.
    """
    job, new = Employment.objects.get_or_create(
        person=person,
        organization=organization,
        until=None,
        defaults={"role": role, "trade": trade, "department": department, "since": on},
    )
    if new:
        _employment_line(job, "person_employed", on, by)
        return job
    told = {"role": role, "trade": trade or job.trade, "department": department or job.department}
    changed = [name for name, value in told.items() if getattr(job, name) != value]
    for name in changed:
        setattr(job, name, told[name])
    if changed:
        job.save(update_fields=changed)
    return job


@transaction.atomic
def leave(
    person: Person, organization: Organization, *, on: date, by: User | None = None
) -> Employment:
    """End the person's employment there on that day; what was learned stays with the person."""
    job = person.employments.filter(organization=organization, until=None).first()
    if job is None:
        raise Refused(
            f"{mask_name(person.name)} 目前不在「{organization.name}」名册里。",
            "请刷新名册后再看。",
        )
    if on < job.since:
        raise BadInput("离职日期早于入职日期。", f"入职日期是 {job.since:%Y-%m-%d}，请核对。")
    job.until = on
    job.save(update_fields=["until"])
    _employment_line(job, "person_left", on, by)
    return job


@transaction.atomic
def change_phone(person: Person, phone: str, *, reason: str, by: User, at: datetime) -> None:
    """Another number for log-in and messages; the old one is told, so that no theft is silent."""
    if not reason.strip():
        raise BadInput("更正手机号要写明理由。", "例如：本人换号，已当面核对身份证。")
    try:
        mobile = phones.parse(phone)
    except phones.BadPhone as wrong:
        raise BadInput(f"{wrong}。", "请更正后再提交。") from None
    old = person.phone
    if mobile == old:
        raise Refused("新手机号与登记的相同。", "不需要更正。")
    person.phone, person.phone_index = mobile, phone_index(mobile)
    person.save(update_fields=["phone", "phone_index"])
    ledger.record(
        person.subject,
        "phone_changed",
        by=by,
        at=at,
        about=person.uid,
        personal={"phone": mobile},
        reason=reason.strip(),
    )
    notices.text(
        [old],
        f"【安澜】您登记的手机号已改为 {mask_phone(mobile)}。如非本人意愿，请联系单位安全员。",
        at=at,
    )


@transaction.atomic
def reveal(person: Person, field: str, *, reason: str, by: User, at: datetime) -> str:
    """A masked field in clear, once, for a reason that the person may read later."""
    if field not in FIELD_NAMES:
        raise BadInput("没有这一项。", "可以查看的是姓名、身份证号、手机号。")
    if not reason.strip():
        raise BadInput("查看个人信息要写明理由。", "本人可以看到谁在什么时候为什么查看过。")
    said = reason.strip()[:200]
    Reveal.objects.create(person=person, field=field, reason=said, by=by, at=at)
    ledger.record(
        person.subject,
        "field_revealed",
        by=by,
        at=at,
        about=person.uid,
        field=FIELD_NAMES[field],
        reason=said,
    )
    return str(getattr(person, field))


def new_person(
    name: str, number: str, mobile: str, *, at: datetime, synthetic: bool = False
) -> Person:
    """An unsaved record from values in their normal form, with indexes filled in."""
    return Person(
        name=name,
        id_number=number,
        id_index=id_index(number),
        phone=mobile,
        phone_index=phone_index(mobile) if mobile else "",
        created_at=at,
        is_synthetic=synthetic,
        search=bigrams(name),
    )


def registration_line(person: Person, *, by: User | None, at: datetime, **data: str) -> ledger.Line:
    """The ledger line of a new person; name and number are committed to, not shown."""
    return ledger.Line(
        subject=person.subject,
        verb="person_registered",
        by=by,
        at=at,
        data=data,
        about=str(person.uid),
        personal={"name": person.name, "id_number": person.id_number},
    )


def given_up() -> Refused:
    """The refusal for a number that its holder has had corrected."""
    return Refused("该身份证号已更正为另一号码，不能再登记。", "请核对本人现在的身份证。")


def another_name(known: str, told: str) -> Refused:
    """The refusal for an ID number that is registered under another name."""
    return Refused(
        f"该身份证号已登记为「{mask_name(known)}」，与「{mask_name(told)}」不一致。",
        "请核对身份证；确属登记有误的，请联系区县经办人员更正。",
    )


def _clean(name: str, id_number: str, phone: str, today: date) -> tuple[str, str, str]:
    name = name.strip()
    if not name:
        raise BadInput("姓名为空。", "请填写身份证上的姓名。")
    try:
        number = idnumber.parse(id_number, today=today).number
        mobile = phones.parse(phone) if phone.strip() else ""
    except ValueError as wrong:
        raise BadInput(f"{wrong}。", "请更正后再提交，其余内容已保留。") from None
    return name, number, mobile


def _employment_line(job: Employment, verb: str, on: date, by: User | None) -> None:
    ledger.record(
        job.person.subject,
        verb,
        by=by,
        at=at_shanghai(on, time()),
        about=job.person.uid,
        personal={"organization": str(job.organization.uid), "role": job.role},
    )
