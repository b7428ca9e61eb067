"""Addresses on the net and doors in a house: e-mail, WeChat, QQ, and the number of a flat."""

import re
from collections.abc import Iterator

from hotline.reading.span import Span

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63} {0,2}(?:@|艾特|\[at\]|\(at\)) {0,2}"
    r"[A-Za-z0-9\-]{1,63}(?: ?[.点] ?[A-Za-z0-9\-]{1,63}){1,4}"
)
_LATIN = re.compile(r"[a-z0-9_\-]{5}", re.IGNORECASE)  # no name at WeChat or QQ is shorter
_BETWEEN = r"(?:号码|账号|帐号|号|id|同号|也是|就是|是|为|叫|加|[:,;，、 \-(]){0,5}"
_COUNTED = r"(?![0-9])(?! ?(?:元|块|万|千|人|次|户|多))"
_WECHAT = re.compile(
    rf"(?:微信|威信|薇信|维信|(?<![a-z])(?:wechat|weixin|v信|vx|wx|加v))(?!群|公众|支付|小程序|扫码){_BETWEEN}"
    rf"([a-z_][a-z0-9_\-]{{5,19}}(?![a-z0-9_])|[0-9]{{5,12}}{_COUNTED})",
    re.IGNORECASE,
)
_QQ = re.compile(
    rf"(?:(?<![a-z])qq|扣扣|球球|企鹅号|(?<![a-z])q(?=[:号]))(?!群|音乐|邮箱){_BETWEEN}([1-9][0-9]{{4,11}}){_COUNTED}",
    re.IGNORECASE,
)
_N = r"[0-9一二三四五六七八九十百零〇a-zA-Z\-]{1,6}"
_DOOR = re.compile(
    rf"(?:{_N}(?:号楼|号院|栋|幢|单元|座|弄|期|号|楼|层|室|户|门)[ ,，]?){{1,6}}(?:[0-9]{{2,4}}(?:室|户|房|号)?(?![0-9元年月日天人次个点块]))?"
)
_A_HOME = re.compile(r"栋|幢|单元|号楼|号院|室|户|座")
_IN_A_STREET = re.compile(r"[路街巷道弄里村胡同庄苑园区]$")


def handles(text: str) -> Iterator[Span]:
    """Hits in a folded text."""
    if "@" in text or "艾特" in text or "at" in text:
        for match in _EMAIL.finditer(text):
            yield Span(match.start(), match.end(), "email")
    if not _LATIN.search(text):
        return
    for match in _WECHAT.finditer(text):
        yield Span(match.start(1), match.end(1), "wechat")
    for match in _QQ.finditer(text):
        yield Span(match.start(1), match.end(1), "qq")


def doors(text: str) -> Iterator[Span]:
    """House and flat numbers: reported apart, because a crew must find the place."""
    for match in _DOOR.finditer(text):
        if _A_HOME.search(match[0]) or _IN_A_STREET.search(text, max(0, match.start() - 1), match.start()):
            yield Span(match.start(), match.end(), "door")
