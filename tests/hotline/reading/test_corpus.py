"""Training texts: their form, and that the shipped ones have it."""

from pathlib import Path

import pytest

from hotline.reading import outside
from hotline.reading.learning import corpus
from hotline.reading.learning.corpus import CorpusError, Example
from hotline.reading.learning.filling import fill
from hotline.rules import load

CODES = frozenset(outside.named(load("sichuan-2025")).values())
GOOD = """## market.food_safety
= 投诉/求助 urgent 12345
在{区}买的卤鸭子是馊的
# a remark
## several
= 投诉 normal 12345 market.food_safety+market.prices
鸭子是馊的 ‖ 还多收了{金额}
"""


def test_texts_are_read_with_their_labels() -> None:
    """Given a file in the form, when it is read, then each text has its labels and each matter its place."""
    one, two = corpus.lines("market.txt", GOOD, CODES)
    assert isinstance(one, Example)
    assert isinstance(two, Example)
    assert (one.category, one.types, one.urgency, one.owner) == (
        "market.food_safety", ("complaint", "help"), "urgent", "12345",
    )  # fmt: skip
    assert "{" not in one.text + two.text
    assert [part.category for part in two.parts] == ["market.food_safety", "market.prices"]
    assert two.text[two.parts[1].start :].startswith("还多收")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("## market.nothing\n", "unknown category"),
        ("## market.prices\n没有分组\n", "before its group"),
        ("## market.prices\n= 投诉 soon 12345\n", "not a group"),
        ("## market.prices\n= 吵架 normal 12345\n", "not a group"),
        ("## several\n= 投诉 normal 12345 market.prices+market.unlicensed\n只有一件\n", "1 parts for 2"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    """Given a file with a mistake, when it is read, then it is refused with file, line and problem."""
    (tmp_path / "market.txt").write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError, match=problem) as refused:
        corpus.read_folder(tmp_path, CODES)
    assert refused.value.mistakes[0].startswith("market.txt:")


def test_gaps_are_filled_the_same_way_every_time() -> None:
    """Given a text with gaps, when it is filled twice, then both are the same and no gap is left."""
    text = "{人名}在{区}{路}{小区}的{村}，电话{电话}，{日期}付了{金额}，车牌{车牌}"
    assert fill(text) == fill(text)
    assert "{" not in fill(text)


def test_the_shipped_texts_have_no_mistakes() -> None:
    """Given the training texts that come with the source, when they are checked, then nothing is wrong and every category
    has at least forty."""
    folder = Path(corpus.__file__).parent.parent / "training"
    examples = corpus.read_folder(folder, CODES)
    assert corpus.doubts(examples, CODES) == []
    counts = {code: sum(example.category == code for example in examples) for code in CODES}
    assert min(counts.values()) >= 40, sorted(counts.items(), key=lambda item: item[1])[:5]
