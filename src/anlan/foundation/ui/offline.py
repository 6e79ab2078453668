"""The service worker that opens one report page without a network (`frontend/report_worker.js`)."""

import json

from django.http import HttpResponse

from anlan.foundation.ui.assets import DIST, read


def worker_response(*, page: str, blank: str) -> HttpResponse:
    """`page` is the address to open; `blank` gives the same form with nobody's data in it.

    The script must be served from a folder above `page`. It is asked for anew each time.
    """
    code = (DIST / read("manifest.json")["report_worker"]["js"]).read_text("utf-8")
    text = f"self.PAGE = {json.dumps(page)}; self.BLANK = {json.dumps(blank)};\n{code}"
    return HttpResponse(
        text,
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )
