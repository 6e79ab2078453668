"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "seats_booked": "预约 {seats} 个座位（{status}）",
    "seats_changed": "座位改为 {seats} 个（{status}）",
    "booking_promoted": "候补转为确认：{seats} 个座位",
    "booking_cancelled": "取消预约：{seats} 个座位",
}
