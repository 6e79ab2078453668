"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "recording_filed": "录像归档：{title}",
}
