"""Names of people, where the words around them say that it is one.

Without such a word a name is not found: that would need a dictionary of everybody. The caller's own name is known
and is searched for as such (`find(text, known=…)`).
"""

import re
from collections.abc import Iterator

from hotline.reading.span import Span
from hotline.reading.surnames import AFTER_NAME, BEFORE, COMMON, COMPOUND, DOUBTFUL, NOT_GIVEN, PEOPLE, RARE, WORDS

_HAN = "\u3400-\u9fff"
_COMPOUND = "|".join(COMPOUND)
_ANY = rf"(?:{_COMPOUND}|[{COMMON}{DOUBTFUL}{RARE}])"
_SURE = rf"(?:{_COMPOUND}|[{COMMON}])"
_GIVEN = rf"(?:[{_HAN}](?<![{NOT_GIVEN}]))"
_TOLD = rf"(?:[{_HAN}](?<![{AFTER_NAME}]))"
_STOP = r"(?=[,，。、;；:：!?！？() （）\n]|$)"
_TITLE = (
    "先生|女士|小姐|太太|师傅|老师|阿姨|大爷|大妈|大娘|大叔|大伯|叔叔|伯伯|大哥|大姐|大嫂|奶奶|爷爷|婆婆|老人家|老太太|老太|老汉|"
    "同志|同学|老板|医生|大夫|护士|警官|律师|女史|经理|主任(?![意由凭])|书记|局长|科长|处长|院长|校长|园长|队长|所长|站长|店长|组长|"
    "村长|镇长|乡长|区长|会计(?![年准])|教练|法官|检察官|(?:总|工)(?=[,，。、;；!?！？ 说的]|$)"
)
# Looked for at every place: a candidate that turns out to be a word must not hide the name inside it (感谢李老师).
_TITLED = re.compile(
    rf"(?=(?P<name>{_SURE}{_GIVEN}{{0,2}}?|[{DOUBTFUL}]|(?:^|(?<=[,，。、;；:：!！?？ 的叫找是和跟让被由给对请有姓]))[{DOUBTFUL}]{_GIVEN}{{1,2}}?)(?:{_TITLE}))"
)
_VEILED = re.compile(rf"(?P<name>(?:{_ANY})某(?:某|{_GIVEN})?|{_SURE}(?:[xX*]{{1,2}}|[×○]{{1,2}})(?![xX×*○0-9A-Za-z]))")
_ROLE = (
    "联系人|收件人|收货人|经办人|负责人|当事人|申请人|投诉人|举报人|来电人|法人代表|法定代表人|法人|户主|车主|业主|租客|房东|患者|病人|死者|"
    "家长|学生|司机|员工|职工|客户|用户|老公|丈夫|老婆|妻子|爱人|儿子|女儿|父亲|母亲|爸爸|妈妈|孩子|邻居|老板|店主|站长|队长|医生|老师|"
    "网格员|客服|民警|队员|中介|工头|包工头|经理|主任|嫂子|哥哥|弟弟|姐姐|妹妹|孙子|孙女|同事|朋友"
)
_IS = "(?:姓名|名字|也|就|的名字)?(?:[:是为叫 ]|叫做|名叫|：){1,3}"
_CUE = (
    "我(?:的名字)?叫做?|(?:^|(?<=[,，。:：;；!！]))叫|我名(?:字)?叫|名字(?:叫做|叫|是|[:：])|名叫|叫做|自称(?:是|叫)?|大名|署名[:：是为 ]{0,2}|姓名[:：是为 ]{1,3}|"
    rf"(?:{_ROLE}){_IS}"
)
_FOREIGN = rf"[{_HAN}]{{1,8}}(?:[·•・.][{_HAN}]{{1,8}}){{1,3}}|[A-Z][a-z]{{1,15}}(?: [A-Z][a-z]{{1,15}}){{0,2}}"
_CUED = re.compile(rf"(?:{_CUE}) ?(?P<name>{_FOREIGN}|{_ANY}{_TOLD}{{1,2}})")
# A role and a name side by side: a surname that is also a word counts only when the name then ends (户主向村里…).
_SIDE_BY_SIDE = re.compile(
    rf"(?:联系人|收件人|来电人|经办人|法人代表|法定代表人|户主|本人) ?(?P<name>{_SURE}{_TOLD}{{1,2}}|{_ANY}{_TOLD}{{1,2}}{_STOP})"
)
_I_AM = re.compile(rf"(?:我是|这里是|我系|{_ROLE}) ?(?P<name>{_SURE}{_GIVEN}{{1,2}}){_STOP}")
_FOREIGN_TITLED = re.compile(rf"(?<![{_HAN}])(?P<name>[{_HAN}]{{2,6}}[·•・][{_HAN}]{{2,6}}?)(?={_TITLE})")
_SURNAME = re.compile(rf"(?<!百)姓(?P<name>{_ANY})(?![名氏])")
_SMALL = re.compile(
    r"(?:物业|网格员|客服|社工|保安|工作人员|快递员|快递|中介|经办人|办事员|窗口|邻居|同事|村干部|管家|司机)的?"
    rf"[小老](?P<name>[{COMMON}{DOUBTFUL}](?![区时路师板]))"
)
_BEFORE_NUMBER = re.compile(
    rf"(?P<name>{_SURE}{_GIVEN}{{1,2}}|(?:^|(?<=[,，。、;；:：!！ 的是叫])){_ANY}{_TOLD}{{1,2}})"
    r"(?=[,，:： (（]{0,2}(?:身份证|(?:我的?|联系|手机)?(?:电话|手机|号码|联系方式)|[男女][,，]|1[3-9][0-9]{9}))"
)
_NAMED = re.compile(rf"(?:叫|姓名|名字) ?(?P<name>{_ANY}{_TOLD}{{1,2}}){_STOP}")
_BY_WORD = (
    (_I_AM, None),
    (_FOREIGN_TITLED, re.compile("[·•・]")),
    (_SURNAME, None),
    (_SMALL, None),
    (_VEILED, re.compile("[某xX*×○]")),
    (_BEFORE_NUMBER, re.compile("身份证|电话|手机|号码|联系方式|[男女][,，]|1[3-9]")),
    (_TITLED, None),
)
"""With what must stand somewhere in the text, where looking for that first is quicker."""
_WORDS = re.compile("|".join(sorted(WORDS, key=len, reverse=True)))


def names(text: str) -> Iterator[Span]:
    """Hits in a folded text; the title stays outside, so that a redacted text still reads."""
    for pattern in (_CUED, _NAMED, _SIDE_BY_SIDE):
        for match in pattern.finditer(text):
            # Told outright, even a name that begins like an ordinary word is a name; the bare word is not.
            if match["name"] not in WORDS and not match["name"].startswith(PEOPLE):
                yield Span(*match.span("name"), "name")
    for pattern, hint in _BY_WORD:
        if hint is not None and not hint.search(text):
            continue
        for match in pattern.finditer(text):
            start, end = match.span("name")
            if not _is_word(text, start, end):
                yield Span(start, end, "name")


def _is_word(text: str, start: int, end: int) -> bool:
    before = text[start - 1 : start]
    if before and before in BEFORE.get(text[start], ""):
        return True
    return _WORDS.match(text, start, min(len(text), start + 2)) is not None
