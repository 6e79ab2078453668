"""What the ledger's own verbs read like."""

SENTENCES = {
    "witness_registered": "登记见证人 {name}（{organization}）",
    "witness_retired": "停用见证人 {name}：{reason}",
}
