"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "organization_registered": "注册单位，等待区县审核",
    "organization_approved": "审核通过：{reason}",
    "organization_returned": "退回修改：{reason}",
    "organization_resubmitted": "修改后重新提交",
    "licence_photographed": "上传营业执照照片",
    "licence_attached": "登记时附营业执照照片",
    "licence_read": "营业执照照片已读取",
    "licence_compared": "核对营业执照照片",
    "licence_shown": "查看营业执照照片",
    "licence_erased": "营业执照照片已删除：{why}",
}
