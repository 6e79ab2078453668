"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "venue_added": "登记场地「{name}」，{area_m2} ㎡",
    "venue_retired": "停用场地：{reason}",
}
