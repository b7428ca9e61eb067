"""A text with its persons covered: what a handler reads, and what may be published."""

from collections.abc import Collection, Iterable

from hotline.reading.personal import Kind, find

COVERS: dict[Kind, str] = {
    "phone": "〔电话〕",
    "id_card": "〔身份证号〕",
    "plate": "〔车牌〕",
    "bank_card": "〔银行卡号〕",
    "email": "〔邮箱〕",
    "wechat": "〔微信号〕",
    "qq": "〔QQ号〕",
    "name": "〔姓名〕",
    "door": "〔门牌〕",
}
"""One word a kind, whatever was covered: the length of a name or number is not given away."""


PLACE: tuple[Kind, ...] = ("door",)


def redact(text: str, keep: Collection[Kind] = PLACE, known: Iterable[str] = ()) -> str:
    """The text with everything personal covered but the kinds in `keep`. The place stays by default: the crew must
    find it. For anything published give `keep=()`. `known` as in `find`."""
    parts, last = [], 0
    for span in find(text, known):
        if span.kind not in keep:
            parts += [text[last : span.start], COVERS[span.kind]]
            last = span.end
    return "".join([*parts, text[last:]])
