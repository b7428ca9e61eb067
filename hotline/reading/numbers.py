"""Numbers that point at a person: telephones, identity cards, bank cards, plates.

Every pattern is bounded, so that the search is linear in the text; digits are ASCII classes on folded text.
"""

import re
from collections.abc import Iterator
from datetime import date

from hotline.reading.span import Span

_GAP = r"[ \t\-.·_—–‐]{0,3}"
_START, _END = r"(?<![0-9])", r"(?![0-9])"


def _digits(count: str) -> str:
    return rf"(?:{_GAP}[0-9]){{{count}}}"


_LONG = re.compile(r"[0-9](?:[ \t\-.·_—–‐,、]{0,3}[0-9]){6}")  # nothing shorter points at a person, plates apart
_MOBILE = re.compile(
    rf"{_START}(?:\+?{_GAP}(?:00)?86{_GAP})?(1{_GAP}[3-9]{_digits('9')}|1[3-9][0-9][,、][0-9]{{4}}[,、][0-9]{{4}}){_END}"
)
_AREA = r"0(?:10|2[0-57-9]|[3-9][0-9]{2})"
_LANDLINE = re.compile(
    rf"{_START}(?:\+?86{_GAP})?(?:\({_AREA}\)|{_AREA}){_GAP}[2-8]{_digits('6,7')}(?:转{_GAP}[0-9]{{1,6}})?{_END}"
)
# Seven or eight digits alone are anything; after the word for a telephone they are one.
_LOCAL = re.compile(
    rf"(?:电话|座机|固话|宅电|传真|联系方式|致电|回电|tel)[^0-9\n]{{0,6}}([2-8]{_digits('6,7')}){_END}(?!{_GAP}[0-9元块万])",
    re.IGNORECASE,
)
_ID18 = re.compile(rf"{_START}([1-9]{_digits('16')}{_GAP}[0-9Xx×]){_END}(?![A-Za-z])")
_ID15 = re.compile(rf"{_START}([1-9]{_digits('14')}){_END}")
_CARD = re.compile(rf"{_START}([3-69]{_digits('14,18')})(?!{_GAP}[0-9])")
_PASSPORT = re.compile(
    r"(?:护照|通行证|居留证|台胞证|回乡证)(?:号码|号|[:是为 ]){0,4}([A-Za-z]{1,2}[0-9]{7,9}|[0-9]{8,10})(?![0-9A-Za-z])"
)
_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_L = "A-HJ-NP-Za-hj-np-z"  # a plate has neither I nor O
_PLATE = re.compile(
    rf"[{_PROVINCE}] ?[{_L}][ ·•.\-]{{0,2}}"
    rf"(?=[{_L}]{{0,4}}[0-9])(?:[DdFf][{_L}0-9][0-9]{{4}}|[0-9]{{5}}[DdFf]|[{_L}0-9]{{2}} ?[{_L}0-9]{{2}} ?[{_L}0-9挂学警港澳])"
    r"(?![A-Za-z0-9])"
)
# Numbers of things: what follows these words is no telephone and no card, whatever its digits look like.
_THING = re.compile(
    r"(?:工单|受理|订单|运单|快递|物流|单据|流水|案件|发票|合同|设备|产品|备案|许可|信用|条形?)(?:编号|单号|代码|号码|号|码)[:是为 ]{0,3}$"
)
_CARD_WORD = re.compile(r"(?:卡号|银行卡|账号|帐号|账户|帐户|储蓄卡|信用卡|社保卡|打到|汇到|转到)[^0-9\n]{0,8}$")
_ID_WORD = re.compile(r"(?:身份证|证件|公民身份)[^0-9\n]{0,8}$")
_REGIONS = frozenset(
    map(
        str,
        (
            *range(11, 16),
            *range(21, 24),
            *range(31, 38),
            *range(41, 47),
            *range(50, 55),
            *range(61, 66),
            71,
            81,
            82,
            83,
        ),
    )
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def numbers(text: str) -> Iterator[Span]:
    """Hits in a folded text."""
    for match in _PLATE.finditer(text):
        yield Span(match.start(), match.end(), "plate")
    if not _LONG.search(text):
        return
    for match in _ID18.finditer(text):
        if _is_id18(_bare(match[1])) or _after(_ID_WORD, text, match.start(1)):
            yield Span(match.start(1), match.end(1), "id_card")
    for match in _ID15.finditer(text):
        if _is_id15(_bare(match[1])) and not _after(_THING, text, match.start(1)):
            yield Span(match.start(1), match.end(1), "id_card")
    for match in _PASSPORT.finditer(text):
        yield Span(match.start(1), match.end(1), "id_card")
    for match in _CARD.finditer(text):
        sure = _luhn(_bare(match[1])) and not _after(_THING, text, match.start(1))
        if sure or _after(_CARD_WORD, text, match.start(1)):
            yield Span(match.start(1), match.end(1), "bank_card")
    for pattern in (_MOBILE, _LANDLINE):
        for match in pattern.finditer(text):
            if not _after(_THING, text, match.start()):
                yield Span(match.start(), match.end(), "phone")
    for match in _LOCAL.finditer(text):
        yield Span(match.start(1), match.end(1), "phone")


def _after(words: re.Pattern[str], text: str, place: int) -> bool:
    return words.search(text, max(0, place - 16), place) is not None


def _bare(number: str) -> str:
    return re.sub(r"[^0-9Xx×]", "", number).upper().replace("×", "X")


def _is_id18(number: str) -> bool:
    """GB 11643: region, birthday, and the check digit of ISO 7064 mod 11-2."""
    if number[:2] not in _REGIONS or not _is_day(number[6:14]):
        return False
    remainder = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11
    return number[17] == "10X98765432"[remainder]


def _is_id15(number: str) -> bool:
    """The first generation's number: no check digit, the year in two digits."""
    return number[:2] in _REGIONS and _is_day("19" + number[6:12])


def _is_day(digits: str) -> bool:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year >= 1880
    except ValueError:
        return False


def _luhn(number: str) -> bool:
    """ISO/IEC 7812."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
