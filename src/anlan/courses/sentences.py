"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "lesson_completed": "一名学员学完（用时 {spent_seconds} 秒）",
}
