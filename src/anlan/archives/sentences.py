"""What each ledger verb of this room says to a reader."""

SENTENCES = {
    "class_sealed": "一期一档封存，第 {version} 版，{files} 个文件",
    "reseal_ordered": "要求重新封存：{reason}",
    "learner_sealed": "一人一档封存，第 {version} 版",
    "archive_handed_out": "下载封存档案，第 {version} 版",
    "archives_exported": "导出 {year} 年度封存档案 {archives} 份",
    "archive_keys_handed_out": "取用第 {version} 版的钥匙 {parts} 把：{reason}",
    "archive_opened_copy": "取用第 {version} 版的已开封副本：{reason}",
    "archive_printed": "打印第 {version} 版的纸质件：{reason}",
    "certificate_issued": "颁发培训合格证明 {number}",
    "certificate_printed": "打印并签名证明 {number}，第 {version} 版",
    "certificate_reprinted": "重新打印并签名证明 {number}，第 {version} 版：{reason}",
    "print_ordered": "要求{kind}：{title}",
    "print_stopped": "停止{kind}：{title}",
    "print_resumed": "继续{kind}：{title}",
    "certificate_revoked": "撤销证明 {number}：{reason}",
}
