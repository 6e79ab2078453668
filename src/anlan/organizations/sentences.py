"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "organization_registered": "注册单位，等待区县审核",
    "organization_approved": "审核通过：{reason}",
    "organization_returned": "退回修改：{reason}",
    "organization_resubmitted": "修改后重新提交",
}
