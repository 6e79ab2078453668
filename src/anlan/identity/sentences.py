"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "roster_uploaded": "上传花名册，共 {rows} 行",
    "roster_imported": (
        "花名册导入完成：新增 {new} 人，更新 {updated} 人，未变 {same} 人，未能导入 {bad} 行"
    ),
    "roster_discarded": "放弃一份未导入的花名册",
    "roster_exported": "导出花名册，{people} 人",
    "person_registered": "实名登记",
    "person_employed": "登记就业单位",
    "person_left": "登记离职",
    "phone_changed": "更正手机号，理由：{reason}",
    "field_revealed": "查看了{field}，理由：{reason}",
    "left_everywhere": "退出了所有设备",
    "key_destroyed": "保存期满，密钥已销毁",
}
