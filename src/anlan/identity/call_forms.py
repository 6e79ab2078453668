"""What two browsers tell each other by way of this site, as it comes in; judged by the service."""

from django.http import HttpRequest

from anlan.identity.models import CallEnd
from anlan.lib.refusals import BadInput

DESK_ENDS = {CallEnd.OVER, CallEnd.NO_PICTURE}


def sdp_in(request: HttpRequest) -> str:
    return request.POST.get("sdp", "")


def round_in(request: HttpRequest) -> int:
    said = request.POST.get("round", "")
    if not said.isdecimal() or len(said) > 4:
        raise BadInput("这次连接的编号不对。", "请刷新页面后再试。")
    return int(said)


def end_in(request: HttpRequest) -> CallEnd:
    said = request.POST.get("end", "")
    return CallEnd(said) if said in DESK_ENDS else CallEnd.OVER
