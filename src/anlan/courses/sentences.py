"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "lesson_drafted": "新建课时：{title}",
    "lesson_revised": "修改课时信息：{title}",
    "lesson_source_taken": "上传课件原件",
    "lesson_film_made": "视频制作完成（{heights}），共 {seconds} 秒",
    "lesson_pages_made": "课件制作完成，共 {pages} 页",
    "captions_kept": "上传字幕",
    "question_placed": "在第 {second} 秒放置提问",
    "question_dropped": "删除第 {second} 秒的提问",
    "lesson_moved": "调整课时顺序，排到第 {order}",
    "lesson_published": "发布课时：{title}，{seconds} 秒，{questions} 道提问",
    "lesson_corrected": "更正第 {page} 页的文字",
    "lesson_retired": "停用课时：{reason}",
    "lesson_discarded": "删除草稿：{title}",
    "lesson_completed": "一名学员学完（用时 {spent_seconds} 秒）",
}
