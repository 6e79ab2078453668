"""What two spellings have in common; light to import, for whoever compares without looking."""

import unicodedata

# Cards are printed in standard characters; the reader sometimes sees the older form in them.
_OLDER = "強漢滿戶號區縣鎮鄉龍華東廣風雲張陳劉黃趙楊孫馬鄭馮蕭韓葉蘇蔣賈鄧許呂盧"
_NEWER = "强汉满户号区县镇乡龙华东广风云张陈刘黄赵杨孙马郑冯萧韩叶苏蒋贾邓许吕卢"
STANDARD = str.maketrans(_OLDER, _NEWER)


def alike(read: str, typed: str) -> bool:
    """Whether both say the same, width of characters, spaces and punctuation aside."""
    return _bare(read) == _bare(typed)


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(STANDARD).upper()
    return "".join(one for one in folded if unicodedata.category(one)[0] in "LN")
