"""Emergencies: never silenced by a probability, and not raised by a figure of speech."""

from pathlib import Path

import pytest

from hotline.reading import emergencies
from hotline.reading.reader import read
from hotline.rules import load

RULES = load("sichuan-2025")
FILE = Path(__file__).parents[2] / "data" / "emergencies.txt"


def _texts(mark: str) -> list[str]:
    found, open_ = [], False
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith(("! ", "- ")):
            open_ = line[0] == mark
        elif line.strip() and not line.startswith("#") and open_:
            found.append(line.strip())
    return found


DANGERS, TEMPTING = _texts("!"), _texts("-")


def test_emergencies_are_recognised() -> None:
    """Given our own emergencies of every kind, when they are read, then at least 98 of 100 are emergencies."""
    assert len(DANGERS) >= 150
    missed = [text for text in DANGERS if read(text, profile=RULES).urgency != "emergency"]
    assert len(missed) <= 0.02 * len(DANGERS), missed


def test_what_only_sounds_dangerous_raises_no_alarm() -> None:
    """Given past, negated and supposed dangers, figures of speech, drills and questions, when they are read, then at most 5
    of 100 are taken for emergencies."""
    assert len(TEMPTING) >= 300
    raised = [text for text in TEMPTING if read(text, profile=RULES).urgency == "emergency"]
    assert len(raised) <= 0.05 * len(TEMPTING), raised


def test_an_alarm_shows_its_words_and_its_rule() -> None:
    """Given a fire, when it is read, then the alarm names its rule and the place of the words, and the owner is not left
    with 12345."""
    text = "麻烦问一下，我家三楼阳台起火了，怎么办"
    reading = read(text, profile=RULES)
    (alarm,) = (a for a in reading.alarms if a.kind == "fire")
    assert text[alarm.start : alarm.end].startswith("起火")
    assert reading.urgency == "emergency"
    assert reading.owner == "119"
    assert {e.rule for e in reading.because("alarm")} >= {alarm.rule}


@pytest.mark.parametrize(
    ("danger", "harmless"),
    [
        ("楼上着火了", "楼上去年着火了"),
        ("楼道里有人被砍伤，流了好多血", "物业收费砍了一半，大家高兴"),
        ("奶奶走失了，有老年痴呆", "奶奶走失已经找到了，谢谢民警"),
        ("我要跳楼了，别管我", "商场跳楼价甩卖骗人"),
        ("厨房天然气漏气了，嘶嘶响", "没有发生燃气泄漏，就是想换表"),
        ("电梯里困了三个人", "电梯经常困人，请整治"),
    ],
)
def test_the_same_words_with_and_without_danger(danger: str, harmless: str) -> None:
    """Given the same word in danger and without it, when both are read, then only the danger is an alarm."""
    assert read(danger, profile=RULES).alarms
    assert not read(harmless, profile=RULES).alarms


def test_a_shout_about_a_trifle_is_none() -> None:
    """Given insults and exclamation marks about a trifle, when they are read, then it is no emergency."""
    reading = read("气死我了！！！！你们都是吃干饭的！！路灯坏了三天没人管！！！马上给我修！！！", profile=RULES)
    assert reading.urgency != "emergency"


def test_a_rule_file_that_is_wrong_is_refused() -> None:
    """Given a rule with a guard nobody knows, or a word of one letter, when the file is read, then it is refused."""
    head = '[now]\nwords = "现在"\n[guards.over]\naround = "去年"\n'
    rule = '[[rule]]\nid = "x.y"\nkind = "fire"\nowner = "119"\n'
    with pytest.raises(ValueError, match="guards"):
        emergencies.parse(head + rule + 'words = "着火"\nguards = "unknown"\n')
    with pytest.raises(ValueError, match="two letters"):
        emergencies.parse(head + rule + 'words = "火"\nguards = "over"\n')
