"""Wishes at a desk: taken down, confirmed by the person's phone or a second hand, answered."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.foundation.access import limits
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.files.responses import ZIP, send_bytes
from anlan.identity import policies
from anlan.identity.kept import ruling
from anlan.identity.models import Wish, WishKind, WishStatus, WishWay
from anlan.identity.queries import rights
from anlan.identity.queries import wishes as queries
from anlan.identity.services import rights as acts
from anlan.identity.shown_wishes import ShownWish
from anlan.identity.wish_forms import ConfirmForm, WishAnswerForm, WishForm
from anlan.lib.dates import local_date
from anlan.lib.refusals import Refused

PAGE = 50
JPEG = "image/jpeg"


@require_GET
@guarded(policies.may_record_wishes)
def wishes(request: HttpRequest) -> HttpResponse:
    """Open ones first, the clock that runs out soonest on top."""
    user, at = actor(request), now()
    page = Paginator(queries.wishes_visible_to(user), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [ShownWish.of(one, at) for one in page.object_list],
        "answers": policies.may_answer_wishes(user),
        "days": rights.answer_days(at),
    }
    return render(request, "identity/wishes.html", context)


@require_http_methods(["GET", "POST"])
@guarded(policies.may_record_wishes)
def new(request: HttpRequest) -> HttpResponse:
    """Who it is by the card on the table, what is asked for, how it was told who asks."""
    user, at = actor(request), now()
    first = {"received_on": local_date(at), "way": WishWay.PAPER}
    form = WishForm(
        request.POST or None, request.FILES or None, today=local_date(at), initial=first
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = _record(request, form)
        except Refused as refused:
            form.add_error(None, f"{refused.message}{refused.next_step}")
        else:
            messages.success(request, "已登记，还要确认确是本人的意思。")
            return redirect("identity:wish", uid=made.uid)
    context = {"form": form, "days": rights.answer_days(at), "desk": queries.desk_of(user)}
    status = 422 if form.errors else 200
    return render(request, "identity/wish_new.html", context, status=status)


def _record(request: HttpRequest, form: WishForm) -> Wish:
    """A look-up is counted, so that nobody tries out who is registered."""
    user, at = actor(request), now()
    limits.refuse_more(
        "wish-person", user.pk, most=int(ruling("rights.lookups_hour_max", at).value), at=at
    )
    clean = form.cleaned_data
    person = queries.person_on_card(clean["name"], clean["id_number"])
    if person is None:
        raise Refused(
            "没有找到这个人。", "请照登记时的身份证号和姓名填写；已更名的，填登记的姓名。"
        )
    return acts.record_wish(person, form.asked(), desk=queries.desk_of(user), by=user, at=at)


@require_GET
@guarded(policies.may_see_wish, load=queries.wish_for)
def wish(request: HttpRequest, one: Wish) -> HttpResponse:
    return _wish(request, one)


@require_POST
@guarded(policies.may_see_wish, load=queries.wish_for)
def code(request: HttpRequest, one: Wish) -> HttpResponse:
    """Text the person, who then tells the code."""
    acts.send_wish_code(one, by=actor(request), at=now())
    messages.success(request, "确认码已发到登记的手机，请本人报给您。")
    return redirect("identity:wish", uid=one.uid)


@require_POST
@guarded(policies.may_see_wish, load=queries.wish_for)
def confirm(request: HttpRequest, one: Wish) -> HttpResponse:
    """By the code that the person tells."""
    form = ConfirmForm(request.POST)
    if form.is_valid():
        try:
            acts.confirm_by_phone(one, form.cleaned_data["code"], by=actor(request), at=now())
        except Refused as refused:
            form.add_error("code", f"{refused.message}{refused.next_step}")
        else:
            messages.success(request, "已确认，开始办理。")
            return redirect("identity:wish", uid=one.uid)
    return _wish(request, one, confirm_form=form, status=422)


@require_POST
@guarded(policies.may_confirm_wish, load=queries.wish_for)
def vouch(request: HttpRequest, one: Wish) -> HttpResponse:
    """By a second hand."""
    acts.confirm_by_colleague(one, by=actor(request), at=now())
    messages.success(request, "已确认，开始办理。")
    return redirect("identity:wish", uid=one.uid)


@require_POST
@guarded(policies.may_see_wish, load=queries.wish_for)
def withdraw(request: HttpRequest, one: Wish) -> HttpResponse:
    acts.withdraw_wish(one, by=actor(request), at=now())
    messages.success(request, "已撤回，登记的信息没有变化。")
    return redirect("identity:wish", uid=one.uid)


@require_POST
@guarded(policies.may_handle_wish, load=queries.wish_for)
def words(request: HttpRequest, one: Wish) -> HttpResponse:
    """What stands on record and what it is to become, in full, this once; the look is kept."""
    return _wish(request, one, opened=acts.open_words(one, by=actor(request), at=now()))


@require_GET
@guarded(policies.may_handle_wish, load=queries.wish_for)
def scan(request: HttpRequest, one: Wish) -> HttpResponse:
    content = acts.open_scan(one, by=actor(request), at=now())
    response = send_bytes(content, "申请材料.jpg", JPEG, inline=True)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@guarded(policies.may_answer_wish, load=queries.wish_for)
def answer(request: HttpRequest, one: Wish) -> HttpResponse:
    form = WishAnswerForm(request.POST)
    if not form.is_valid():
        return _wish(request, one, answer_form=form, status=422)
    grant, clean = request.POST.get("answer") == "grant", form.cleaned_data
    try:
        acts.answer_wish(
            one,
            grant=grant,
            reason=clean["reason"],
            free=clean["free"],
            by=actor(request),
            at=now(),
        )
    except Refused as refused:
        one.refresh_from_db()
        form.add_error("reason", f"{refused.message}{refused.next_step}")
        return _wish(request, one, answer_form=form, status=refused.status)
    messages.success(request, f"已答复：{one.get_status_display()}。")
    return redirect("identity:wish", uid=one.uid)


@require_POST
@guarded(policies.may_handle_wish, load=queries.wish_for)
def hand_copy(request: HttpRequest, one: Wish) -> HttpResponse:
    """The copy, for the person who stands here; or a new one where it has run out."""
    if request.POST.get("act") == "renew":
        acts.renew_copy(one, by=actor(request), at=now())
        messages.success(request, "已重新准备，请过一分钟刷新。")
        return redirect("identity:wish", uid=one.uid)
    content = acts.hand_over_copy(one, by=actor(request), at=now())
    response = send_bytes(content, "个人信息副本.zip", ZIP)
    response["Cache-Control"] = "no-store"
    return response


def _wish(
    request: HttpRequest,
    one: Wish,
    *,
    confirm_form: ConfirmForm | None = None,
    answer_form: WishAnswerForm | None = None,
    opened: tuple[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    user, at = actor(request), now()
    handles = policies.may_handle_wish(user, one)
    asked = one.status == WishStatus.ASKED
    export = one.export
    context = {
        "wish": one,
        "shown": ShownWish.of(one, at),
        "opened": opened,
        "waits": one.status == WishStatus.RECORDED,
        "vouches": policies.may_confirm_wish(user, one),
        "handles": handles,
        "answers": asked and one.corrects and policies.may_answer_wish(user, one),
        "own_record": one.recorded_by_id == user.pk,
        "number": one.kind == WishKind.ID_NUMBER,
        "copy": asked and one.kind == WishKind.COPY,
        "copy_ready": bool(export and export.ready_at and export.ended_at is None),
        "copy_gone": export is None or export.ended_at is not None,
        "scan_there": one.scan is not None and one.scan.removed_at is None,
        "confirm_form": confirm_form or ConfirmForm(),
        "answer_form": answer_form or WishAnswerForm(),
        "deletion_open": handles and one.deletion is not None,
    }
    return render(request, "identity/wish.html", context, status=status)
