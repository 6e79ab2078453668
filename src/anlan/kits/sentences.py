"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "tablet_registered": "登记平板「{tablet}」",
    "tablet_stopped": "停用平板「{tablet}」：{reason}",
    "kit_packed": (
        "在平板「{tablet}」上取离线包：{registers} 个半天、{sittings} 份试卷、{practicals} 项实操"
    ),
    "kit_kept": "平板「{tablet}」已存好离线包",
    "kit_synced": "平板「{tablet}」同步离线记录 {new} 条",
    "kit_clock_moved": "平板「{tablet}」的时钟变动 {seconds} 秒",
    "kit_conflict_decided": "离线记录核对（{why}）：{choice}",
    "kit_photos_given_up": "平板「{tablet}」有 {records} 条记录的照片不再等：{reason}",
    "kit_gap_passed": "平板「{tablet}」缺第 {since} 至 {until} 条记录，越过：{reason}",
}
