"""The key of one live recording: a camera page goes on filming when its session has ended."""

import uuid
from datetime import timedelta

from django.core import signing

from anlan.lib.refusals import NotAllowed
from anlan.recordings.models import LiveRecording, Source

SALT = "anlan.recordings.live"
LONGEST = timedelta(hours=18)


def token_of(live: LiveRecording) -> str:
    """What the camera page shows with every chunk; good for this recording and one day's work."""
    return signing.TimestampSigner(salt=SALT).sign(str(live.uid))


def live_by_token(uid: uuid.UUID, token: str) -> LiveRecording:
    """The browser's live recording that the token is for; raises `WrongToken`, not saying why."""
    try:
        named = signing.TimestampSigner(salt=SALT).unsign(token, max_age=LONGEST)
        if named == str(uid):
            return LiveRecording.objects.get(uid=uid, source=Source.BROWSER)
    except (signing.BadSignature, LiveRecording.DoesNotExist):
        pass
    raise WrongToken("这个拍摄页面已失效，画面没有接收。", "请从班次的「录像与材料」重新打开。")


class WrongToken(NotAllowed):
    """Not the key of this recording."""

    status = 403
