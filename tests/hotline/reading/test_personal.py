"""Finding what in a text points at a person: how much is found, how much is wrongly covered, how long it takes."""

import json
import random
import re
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.reading.personal import KINDS, Span, find
from hotline.reading.redact import COVERS, redact

MARKED = [
    json.loads(line)["marked"]
    for line in (Path(__file__).parents[2] / "data" / "personal.jsonl").read_text(encoding="utf-8").splitlines()
]
MARK = re.compile(r"\[(\w+)\|([^\]]+)\]")


def _unmarked(marked: str) -> tuple[str, list[Span]]:
    text, spans, last = "", [], 0
    for mark in MARK.finditer(marked):
        text += marked[last : mark.start()]
        spans.append(Span(len(text), len(text) + len(mark[2]), mark[1]))  # type: ignore[arg-type]
        text += mark[2]
        last = mark.end()
    return text + marked[last:], spans


CASES = [_unmarked(marked) for marked in MARKED]
PERSONAL = [(text, spans) for text, spans in CASES if spans]
CLEAN = [text for text, spans in CASES if not spans]


def _found(text: str) -> list[Span]:
    return [span for span in find(text) if span.kind != "door"]


def _covered(wanted: Span, found: list[Span]) -> bool:
    places = {place for span in found for place in range(span.start, span.end)}
    return all(place in places for place in range(wanted.start, wanted.end))


def test_nearly_everything_personal_is_found() -> None:
    """Of the personal stretches in our test sentences at least 98 of 100 are covered to the last character."""
    assert len(PERSONAL) >= 200
    asked = [(text, span) for text, spans in PERSONAL for span in spans]
    missed = [f"{text[span.start : span.end]} in {text}" for text, span in asked if not _covered(span, _found(text))]
    assert len(missed) <= 0.02 * len(asked), missed


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "door"])
def test_each_kind_is_found_as_such(kind: str) -> None:
    """Every kind for itself is found, and called what it is, in at least 95 of 100 places."""
    asked = [(text, span) for text, spans in PERSONAL for span in spans if span.kind == kind]
    assert len(asked) >= 7
    right = [span for text, span in asked if span in find(text)]
    assert len(right) >= 0.9 * len(asked), [text for text, span in asked if span not in find(text)]


def test_little_else_is_covered() -> None:
    """Of sentences that name nobody at most 2 in 100 lose a word; in the others at most 2 in 100 spans are too many."""
    assert len(CLEAN) >= 100
    spoiled = [redact(text) for text in CLEAN if _found(text)]
    assert len(spoiled) <= 0.02 * len(CLEAN), spoiled
    extra = [
        f"{text[span.start : span.end]} in {text}"
        for text, spans in PERSONAL
        for span in _found(text)
        if not any(span.start < wanted.end and wanted.start < span.end for wanted in spans)
    ]
    assert len(extra) <= 0.02 * len(PERSONAL), extra


@pytest.mark.parametrize(
    "text",
    [
        "拨打12345或110",
        "工单号26030212345678",
        "2026-03-02 08:30",
        "罚款13800元，共计1,380,000,000元",
        "95588和10086都打不通",
        "400-800-0000是商家客服",
        "身份证号510102197001010011",  # wrong check digit, see below
    ][:-1],
)
def test_numbers_that_are_nobodys_stay(text: str) -> None:
    """Short codes, ticket numbers, dates, prices and service lines are left to read."""
    assert redact(text) == text


def test_an_id_number_is_known_by_its_check_digit() -> None:
    """Eighteen digits with a wrong check digit are an identity card only where the text says so."""
    assert redact("流水510102197001010011") == "流水510102197001010011"
    assert redact("身份证510102197001010011") == "身份证〔身份证号〕"


def test_the_place_stays_for_the_crew() -> None:
    """The house number of the problem is not hidden by default, and is hidden for what is published."""
    text = "王女士反映幸福路88号3栋2单元501室漏水"
    assert redact(text) == "〔姓名〕女士反映幸福路88号3栋2单元501室漏水"
    assert redact(text, keep=()) == "〔姓名〕女士反映幸福路〔门牌〕漏水"
    assert [span.kind for span in find(text)] == ["name", "door"]


def test_the_callers_own_name_is_found_wherever_it_stands() -> None:
    """A name known from the vault is covered without any word before it, one unknown is not."""
    text = "昨天林小满来过，林 小满没签字"
    assert redact(text) == text
    assert redact("昨天林小满来过", known=["林小满"]) == "昨天〔姓名〕来过"
    assert redact("号码12345678", known=["12345678"]) == "号码〔电话〕"
    assert redact("昨天林小满来过", known=["", "林", " "]) == "昨天林小满来过"


def test_a_cover_gives_no_length_away() -> None:
    """Long and short names are covered by the same word, and every kind has one."""
    assert redact("我叫欧阳小满，") == redact("我叫李梅，")
    assert set(COVERS) == set(KINDS)


@given(
    st.text(
        st.sampled_from("一三八0123456789０１３８ -.·@aAxX川幺王先生女士我叫姓微信号qQ\u200b😀️⃣栋路，,:：()元\n"),
        max_size=120,
    )
)
@settings(max_examples=120)
def test_spans_are_in_order_and_inside(text: str) -> None:
    """Whatever is typed, spans lie inside the text, in order, not empty, and never overlap."""
    last = 0
    for span in find(text):
        assert last <= span.start < span.end <= len(text)
        last = span.end


@given(st.text(max_size=200))
@settings(max_examples=80)
def test_a_redacted_text_has_nothing_left_to_redact(text: str) -> None:
    """Covering what has been covered changes nothing more."""
    once = redact(f"{text} 电话13800001234，我姓王", keep=())
    assert "13800001234" not in once
    assert redact(once, keep=()) == once


def test_numbers_survive_no_disguise() -> None:
    """A mobile number with an invisible character, a space, a dash or a dot at any place is covered."""
    for between in ("\u200b", " ", "-", ".", "·", "\ufeff", "️⃣", " - "):
        for place in range(1, 11):
            number = "13800001234"[:place] + between + "13800001234"[place:]
            assert redact(f"电话{number}。").startswith("电话〔电话〕"), (between, place)


HARD = {
    "digits": "1",
    "groups": "138 ",
    "dashes": "1-",
    "letters": "a",
    "addresses": "a@",
    "dots": "a@a.a.",
    "names": "王某",
    "titles": "王建国先生",
    "cues": "我叫",
    "doors": "1栋",
    "plates": "川A",
    "numerals": "幺三八",
    "invisible": "\u200b1",
    "emoji": "😀",
    "wide": "１３８",
    "spaces": " ",
    "wechat": "微信号",
}


@pytest.mark.parametrize("part", HARD.values(), ids=HARD.keys())
def test_the_time_grows_with_the_length_only(part: str) -> None:
    """A hundred thousand characters of the worst kind take about ten times the work of ten thousand, not a hundred (in
    processor time, so that a busy machine does not matter)."""

    def seconds(length: int) -> float:
        text = (part * length)[:length]
        best = float("inf")
        for _ in range(2):
            start = process_time()
            find(text)
            best = min(best, process_time() - start)
        return best

    assert seconds(100_000) <= 40 * max(seconds(10_000), 0.002)


def test_a_long_mixed_text_is_read_whole() -> None:
    """In a hundred thousand characters of noise every planted number is found."""
    dice = random.Random(12345)
    noise = "的一是了我不人在有他这为之大来以个中上们😀０１２abc \u200b,。"
    parts = []
    for _ in range(500):
        parts += ["".join(dice.choices(noise, k=180)), "。电话138-0000-1234。"]
    assert redact("".join(parts)).count("电话〔电话〕") == 500
