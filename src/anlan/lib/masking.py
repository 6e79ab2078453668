"""How personal data looks on a screen: 王*, 3701**********1234, 138****5678.

A mask hides the length of a name as well. Text of an unexpected shape is hidden further,
never less.
"""

from __future__ import annotations

_STAR = "*"
# The dots people type inside minority and transliterated names; U+00B7 is the standard one.
_NAME_DOTS = "·•・‧∙\uff0e"
# Compound surnames (复姓) that are met today.
_COMPOUND = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台"
    "皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于司空闾丘"
    "子车亓官司寇巫马公西颛孙壤驷公良漆雕乐正宰父谷梁拓跋夹谷轩辕令狐"
    "段干百里呼延东郭南门羊舌微生梁丘左丘东门西门第五纳兰完颜爱新"
)
_COMPOUND_SURNAMES = frozenset(_COMPOUND[at : at + 2] for at in range(0, len(_COMPOUND), 2))


def mask_name(name: str) -> str:
    """Surname and one star; of a name with a dot only its first character and the dot.

    王小明 → 王*, 欧阳锋 → 欧阳*, 阿卜杜拉·买买提 → 阿*·*
    """
    name = "".join(name.split())
    if len(name) < 2:
        return _STAR * len(name)
    if any(dot in name[1:] for dot in _NAME_DOTS):
        return f"{name[0]}{_STAR}·{_STAR}"
    if len(name) > 2 and name[:2] in _COMPOUND_SURNAMES:
        return name[:2] + _STAR
    return name[0] + _STAR


def mask_id(number: str) -> str:
    """First four and last four of eighteen; of other documents two and two, of short ones none."""
    number = number.strip()
    if len(number) == 18:
        return number[:4] + _STAR * 10 + number[-4:]
    if len(number) >= 8:
        return number[:2] + _STAR * (len(number) - 4) + number[-2:]
    return _STAR * len(number)


def mask_phone(number: str) -> str:
    """First three and last four of eleven; of other numbers the last two, of short ones none."""
    number = number.strip()
    if len(number) == 11:
        return number[:3] + _STAR * 4 + number[-4:]
    if len(number) >= 7:
        return _STAR * (len(number) - 2) + number[-2:]
    return _STAR * len(number)
