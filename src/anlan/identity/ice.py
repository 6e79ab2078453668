"""How two browsers may find each other: STUN and TURN servers of the installation.

None by default: then the two must be on one network, or both reachable by their own addresses.
Credentials of a TURN server end by themselves (coturn's `use-auth-secret`): nothing lasting is
ever told to a browser.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

GOOD_FOR = timedelta(hours=1)


def ice_servers(about: object, at: datetime) -> list[dict[str, Any]]:
    """As `RTCPeerConnection` wants them; `about` names the call in a TURN server's own log."""
    names: list[str] = settings.ANLAN_ICE_SERVERS
    stun = [name for name in names if name.startswith("stun")]
    turn = [name for name in names if name.startswith("turn")]
    found: list[dict[str, Any]] = [{"urls": stun}] if stun else []
    if turn:
        found.append({"urls": turn, **_credentials(about, at)})
    return found


def _credentials(about: object, at: datetime) -> dict[str, str]:
    if not settings.ANLAN_TURN_SECRET_FILE:
        return {}
    secret = Path(settings.ANLAN_TURN_SECRET_FILE).read_text("utf-8").strip()
    user = f"{int((at + GOOD_FOR).timestamp())}:{about}"
    mac = hmac.new(secret.encode(), user.encode(), hashlib.sha1)
    return {"username": user, "credential": base64.b64encode(mac.digest()).decode()}
