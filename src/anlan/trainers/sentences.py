"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "trainer_added": "登记一名讲师，资格有效期至 {qualified_until}",
    "trainer_retired": "一名讲师退出",
}
