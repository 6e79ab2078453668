"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "recording_filed": "录像归档：{title}",
    "live_begun": "开始直播录像：{title}",
    "live_ended": "结束直播录像",
    "segment_filed": "录像第 {no} 段归档",
    "still_published": "公开录像截图：{caption}",
    "recording_held": "录像保全：{reason}",
    "recording_released": "解除录像保全：{reason}",
    "recording_bytes_removed": "录像原件按保管期限（{keep_days} 天）销毁，哈希仍可核对",
}
