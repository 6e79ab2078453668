"""Which colour and sign a state wears. The word always stands beside it."""

WORDS = {
    "ok": (
        "approved closed sealed passed valid active done verified enabled accepted completed "
        "present confirmed issued qualified succeeded agreed granted"
    ),
    "run": (
        "running open in_progress enrolling started live signed_in recording "
        "booking importing enrolled"
    ),
    "wait": (
        "draft submitted pending reviewing scheduled waiting waitlisted registered reviewed "
        "booked planned queued asked ready uploaded recorded taken"
    ),
    "warn": "returned overdue expiring due changed absent makeup late suspended incomplete lapsed",
    "stop": (
        "refused rejected failed cancelled canceled revoked invalid expired withdrawn "
        "removed void gave_up"
    ),
}
TONE_OF = {word: tone for tone, words in WORDS.items() for word in words.split()}
SIGNS = {
    "ok": "circle-check",
    "run": "player-play",
    "wait": "clock",
    "warn": "alert-triangle",
    "stop": "circle-x",
    "idle": "circle-dashed",
}


def tone_of(value: object) -> str:
    """The tone of a stored state word; `idle` for words this table doesn't know."""
    return TONE_OF.get(str(value), "idle")
