"""The text that lies in every archive: how to check it, who opens its encrypted parts."""

CHECKING = """核对方法（不需要登录平台，也不需要相信平台）：

1. 安装了安澜的电脑：
   anlan verify 本文件 --key 日志公钥
   日志公钥请从公布处取得。不给公钥也能核对内容是否完整，但不能证明台账出自哪个日志。
2. 任何电脑：解压后在 archive 文件夹中运行
   sha256sum -c tagmanifest-sha256.txt
   sha256sum -c manifest-sha256.txt
   sha256sum tagmanifest-sha256.txt
   最后一行是封签，应与平台公布的封签一致。

ledger.jsonl 是台账，每行一条记录，哈希可以重新计算；其中不含任何人的姓名。
receipts.json 是回执，证明台账每一行都在签名日志中。
以 .enc 结尾的是加密件。持有钥匙文件的人可以核对和开封：
   anlan verify 本文件 --key 日志公钥 --keys 钥匙.json
   anlan unseal 本文件 --keys 钥匙.json --to 文件夹
钥匙由平台交给有权查阅的人。保管期满后钥匙销毁，加密件不能再打开；档案和全部证明不变，仍可核对。
"""
CLASS_NOTE = f"""一期一档

姓名、证件号、手机号在明文材料中已脱敏，各人的完整信息在 personal 文件夹中，
每人一件，各用各的钥匙加密。
扫描件、照片、录像和其他材料用本班的钥匙加密。

{CHECKING}"""
LEARNER_NOTE = f"""一人一档

学习档案、个人记录和证明用本人的钥匙加密。

{CHECKING}"""
