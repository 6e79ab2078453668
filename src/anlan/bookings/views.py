"""Finding a class, booking seats, naming people; for the provider seats and queue."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.bookings import policies, queries, services
from anlan.bookings.forms import BrowseFilters, PeopleFilters, ReasonForm, SeatsForm, readable_uids
from anlan.bookings.models import Booking, BookingStatus
from anlan.classes import queries as classes
from anlan.classes.models import Enrolment, Status, TrainingClass
from anlan.classes.services.enrolments import withdraw
from anlan.classes.states import UNDER_WAY
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.identity.models import Person
from anlan.identity.queries import RosterFilters
from anlan.lib.dates import local_date
from anlan.lib.masking import mask_name
from anlan.lib.refusals import BadInput

PER_PAGE = 30


@require_GET
@guarded(policies.may_browse)
def browse(request: HttpRequest) -> HttpResponse:
    """Classes that may be booked now, the soonest first."""
    user, today = actor(request), local_date(now())
    filters = BrowseFilters(request.GET, today=today)
    found = queries.offered(filters.wanted(), today)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    organization = policies.booking_organization(user)
    own = queries.open_bookings_in(page.object_list, organization) if organization else {}
    context = {
        "filters": filters,
        "page": page,
        "lines": [_offer(klass, own.get(klass.pk)) for klass in page],
        "approved": organization is not None,
    }
    return render(request, f"bookings/{_part(request, 'browse')}.html", context)


@require_http_methods(["GET", "POST"])
@guarded(policies.may_book, load=classes.class_for)
def book(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """Ask for seats; the answer says whether they are confirmed or which place in the queue."""
    organization = policies.booking_organization(actor(request))
    assert organization is not None  # the policy has just asked
    if (present := queries.open_booking(klass, organization)) is not None:
        return redirect("bookings:record", uid=present.uid)
    form = SeatsForm(request.POST or None, quota=klass.quota)
    if request.method == "POST" and form.is_valid():
        seats = form.cleaned_data["seats"]
        made = services.book_seats(klass, organization, seats=seats, by=actor(request), at=now())
        _say_booked(request, made)
        return redirect("bookings:record", uid=made.uid)
    context = {
        "klass": klass,
        "form": form,
        "seats": queries.seats_of(klass),
        "waiting": queries.waiting_list(klass).count(),
        "sessions": classes.sessions_of(klass),
        "facts": _facts(klass),
        "bookable": klass.status == Status.APPROVED,
    }
    return render(request, "bookings/book.html", context, status=422 if form.errors else 200)


@require_GET
@guarded(policies.may_browse)
def mine(request: HttpRequest) -> HttpResponse:
    """The enterprise's bookings, the newest class first."""
    organization = policies.booking_organization(actor(request))
    rows = queries.bookings_of(organization) if organization else Booking.objects.none()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "bookings/mine.html", {"page": page})


@require_GET
@guarded(policies.may_see, load=queries.booking_for)
def record(request: HttpRequest, booking: Booking) -> HttpResponse:
    return _record(request, booking, SeatsForm(quota=booking.klass.quota, initial=_seats(booking)))


@require_POST
@guarded(policies.may_change, load=queries.booking_for)
def change(request: HttpRequest, booking: Booking) -> HttpResponse:
    form = SeatsForm(request.POST, quota=booking.klass.quota)
    if not form.is_valid():
        return _record(request, booking, form, status=422)
    seats = form.cleaned_data["seats"]
    services.change_seats(booking, seats=seats, by=actor(request), at=now())
    booking.refresh_from_db()
    messages.success(request, f"已改为 {seats} 个座位，状态：{booking.get_status_display()}。")
    return redirect("bookings:record", uid=booking.uid)


@require_POST
@guarded(policies.may_change, load=queries.booking_for)
def cancel(request: HttpRequest, booking: Booking) -> HttpResponse:
    services.cancel_booking(booking, by=actor(request), at=now())
    messages.success(request, f"已取消「{booking.klass.title}」的预约，座位已让出。")
    return redirect("bookings:mine")


@require_http_methods(["GET", "POST"])
@guarded(policies.may_name, load=queries.booking_for)
def people(request: HttpRequest, booking: Booking) -> HttpResponse:
    """A searchable checklist of own employees; what was ticked survives a search."""
    if request.method == "POST":
        return _enrol(request, booking)
    filters = PeopleFilters(request.GET)
    chosen = frozenset(readable_uids(request.GET.getlist("person")))
    by = RosterFilters(text=filters.chosen("text"), role=filters.chosen("role"))
    rows = queries.candidates(booking, by, chosen)
    context = {
        "booking": booking,
        "klass": booking.klass,
        "filters": filters,
        "lines": [(one, code_name(System.OCCUPATION_ROLE, one.employment.role)) for one in rows],
        "left": booking.seats - queries.named(booking).count(),
        "confirmed": booking.status == BookingStatus.CONFIRMED,
    }
    return render(request, f"bookings/{_part(request, 'people')}.html", context)


@require_POST
@guarded(policies.may_take_off, load=queries.enrolment_for)
def take_off(request: HttpRequest, enrolment: Enrolment) -> HttpResponse:
    """Take somebody off the list; the seat stays with the enterprise."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise BadInput("请写明移出的理由。", "例如：当天倒班。")
    withdraw(enrolment, reason=form.cleaned_data["reason"], by=actor(request), at=now())
    messages.success(request, f"已把 {enrolment.person.name} 移出名单，座位仍为贵单位保留。")
    present = queries.open_booking(enrolment.klass, enrolment.organization)
    return redirect("bookings:record", uid=present.uid) if present else redirect("bookings:mine")


@require_GET
@guarded(policies.may_see_queue, load=classes.class_for)
def queue(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """Seats and wait-list of a class for its provider and the officials."""
    rows = list(queries.bookings_in(klass))
    context = {
        "klass": klass,
        "seats": queries.seats_of(klass),
        "confirmed": [one for one in rows if one.status == BookingStatus.CONFIRMED],
        "waiting": [one for one in rows if one.status == BookingStatus.WAITING],
        "cancelled": [one for one in rows if one.status == BookingStatus.CANCELLED],
    }
    return render(request, "bookings/queue.html", context)


def _record(
    request: HttpRequest, booking: Booking, form: SeatsForm, status: int = 200
) -> HttpResponse:
    user, klass = actor(request), booking.klass
    own = policies.may_change(user, booking)
    named = queries.named(booking).select_related("person").order_by("id")
    open_still = booking.status != BookingStatus.CANCELLED and klass.status in UNDER_WAY
    rows = [(one, one.person.name if own else mask_name(one.person.name)) for one in named]
    place = queries.place_in_queue(booking)
    context = {
        "booking": booking,
        "klass": klass,
        "form": form,
        "rows": rows,
        "left": booking.seats - len(rows),
        "seats": queries.seats_of(klass),
        "place": place,
        "ahead": queries.seats_before(booking) if place else 0,
        "waiting": queries.waiting_list(klass).exclude(pk=booking.pk).exists(),
        "may_change": own and open_still,
        "may_take_off": own and klass.status == Status.APPROVED,
        "own": own,
        "facts": _facts(klass),
    }
    return render(request, "bookings/record.html", context, status=status)


def _enrol(request: HttpRequest, booking: Booking) -> HttpResponse:
    persons = list(Person.objects.filter(uid__in=readable_uids(request.POST.getlist("person"))))
    if not persons:
        raise BadInput("还没有选人。", "请先勾选要报名的员工。")
    services.enrol_from_roster(booking, persons, by=actor(request), at=now())
    messages.success(request, f"已报名 {len(persons)} 人，上课时间地点已通知本人。")
    return redirect("bookings:record", uid=booking.uid)


def _say_booked(request: HttpRequest, booking: Booking) -> None:
    if booking.status == BookingStatus.CONFIRMED:
        messages.success(request, f"{booking.seats} 个座位已确认。下一步：从花名册选人报名。")
        return
    place = queries.place_in_queue(booking)
    messages.info(request, f"座位不够，已排入候补第 {place} 位。有空位时自动转正并通知您。")


def _offer(klass: TrainingClass, own: Booking | None) -> dict[str, Any]:
    booked: int = klass.booked  # type: ignore[attr-defined]
    return {
        "klass": klass,
        "left": max(klass.quota - booked, 0),
        "own": own,
        "place": code_name(System.GB_T_2260, klass.district),
        "trade": code_name(System.KEY_INDUSTRY, klass.industry),
        "role": code_name(System.OCCUPATION_ROLE, klass.syllabus.role),
    }


def _facts(klass: TrainingClass) -> list[tuple[str, object]]:
    return [
        ("培训机构", klass.provider.name),
        ("区县", code_name(System.GB_T_2260, klass.district)),
        ("重点行业", code_name(System.KEY_INDUSTRY, klass.industry)),
        ("培训对象", code_name(System.OCCUPATION_ROLE, klass.syllabus.role)),
    ]


def _seats(booking: Booking) -> dict[str, Any]:
    return {"seats": booking.seats}


def _part(request: HttpRequest, name: str) -> str:
    fragment = request.headers.get("HX-Request") == "true"
    return f"_{name}_rows" if fragment else name
