"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "project_added": "立项「{title}」：{quota_people} 人次，每人次 {unit_price} 元",
}
