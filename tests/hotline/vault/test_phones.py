"""One spelling for each telephone number."""

import pytest

from hotline.vault import NotAPhone, normalise_name, normalise_phone


@pytest.mark.parametrize(
    ("given", "spelled"),
    [
        ("13800000000", "13800000000"),
        (" 138 0000 0000 ", "13800000000"),
        ("138-0000-0000", "13800000000"),
        ("138.0000.0000", "13800000000"),
        ("+86 138 0000 0000", "13800000000"),
        ("+8613800000000", "13800000000"),
        ("008613800000000", "13800000000"),
        ("8613800000000", "13800000000"),
        ("１３８００００００００", "13800000000"),
        ("138\u200b0000\u200b0000", "13800000000"),
        ("028-86600000", "02886600000"),
        ("（028）8660 0000", "02886600000"),
        ("+86 28 8660 0000", "02886600000"),
        ("0838-2200000", "08382200000"),
        ("028-86600000转801", "02886600000#801"),
        ("400-800-0000", "4008000000"),
        ("800 810 0000", "8008100000"),
        ("12345", "12345"),
        ("１２３４５", "12345"),
        ("110", "110"),
        ("120", "120"),
        ("12306", "12306"),
        ("95588", "95588"),
        ("10086", "10086"),
        ("+852 2345 6789", "+85223456789"),
    ],
)
def test_a_number_is_spelled_one_way(given: str, spelled: str) -> None:
    """However a number is written down, it becomes one spelling."""
    assert normalise_phone(given) == spelled
    assert normalise_phone(spelled) == spelled


@pytest.mark.parametrize(
    "bad",
    ["", "   ", "abc", "12", "1380000000", "138000000000", "23800000000", "86600000", "99999", "139-abcd-0000",
     "13800000000 13900000000", "+86", "0000000000", "1" * 200, "转801", "电话13800000000", "五五五", "555"],
)  # fmt: skip
def test_what_is_no_number_is_refused(bad: str) -> None:
    """Text that is no dialable number is refused, saying what would be, without repeating what was typed."""
    with pytest.raises(NotAPhone) as refusal:
        normalise_phone(bad)
    assert isinstance(refusal.value, ValueError)
    assert "区号" in str(refusal.value)
    assert not bad.strip() or bad not in str(refusal.value) or len(bad) < 4


def test_a_name_is_spelled_one_way() -> None:
    """Spaces, width, case and invisible characters do not make another name."""
    assert normalise_name(" 王 小\u200b明 ") == normalise_name("王小明")
    assert normalise_name("Ａｌｉ Khan") == normalise_name("ali khan")
    assert normalise_name("王小明") != normalise_name("王小鸣")
