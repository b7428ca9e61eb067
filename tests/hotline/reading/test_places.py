"""Where the problem is, told from what people say and write."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.reading.places import find_places
from hotline.rules import load, profile_names

CHENGDU = load("sichuan-2025")
CELL = re.compile(r"\d\d\.\d\d,\d\d\d\.\d\d")


@pytest.mark.parametrize(
    ("text", "address", "district", "street"),
    [
        ("我们玉林北街楼下烧烤摊油烟大得很", None, "wuhou", "yulin"),
        ("猛追湾这边路灯黑了三天", None, "chenghua", "mengzhuiwan"),
        ("停水了没人管", "武侯区红牌楼佳灵路某号", "wuhou", "hongpailou"),
        ("停水了没人管", "青羊区", "qingyang", None),
        ("春熙路步行街有人乱发传单", None, "jinjiang", "chunxilu"),
        ("屋头在茶店子客运站旁边", None, "jinniu", "chadianzi"),
        ("我在龙泉打工拿不到钱", None, "longquanyi", None),
        ("垃圾没人清", "十陵街道江华路", "longquanyi", "shiling"),
    ],
)
def test_a_place_is_found_where_people_name_it(
    text: str, address: str | None, district: str, street: str | None
) -> None:
    """By district, street office, road, estate or landmark, in the words or in the address."""
    found = find_places(text, address, CHENGDU)
    assert (found.district, found.street) == (district, street)
    assert 0.5 <= found.district_probability <= 1


@pytest.mark.parametrize(
    ("written", "street"),
    [
        ("猛追弯339附近", "mengzhuiwan"),
        ("武候区红牌楼", "hongpailou"),
        ("浆洗街那边华西医院门口", "jiangxijie"),
        ("双水辗街道", "shuangshuinian"),
        ("洪牌楼广场", None),
    ],
)
def test_letters_typed_for_one_another_are_understood(written: str, street: str | None) -> None:
    """A name with a letter that sounds the same is found, with less belief; any other letter is not guessed at in speech."""
    assert find_places(written, None, CHENGDU).street == street


def test_a_long_name_with_one_wrong_letter_is_found_in_an_address_alone() -> None:
    """An address is nothing but names, so a slip there is a name; in a sentence it may be any word."""
    assert find_places("", "天府熊毛塔旁", CHENGDU).street == "mengzhuiwan"
    assert find_places("天府熊毛塔旁", None, CHENGDU).street is None


def test_a_number_or_a_direction_is_never_taken_for_a_slip() -> None:
    """Section three of a road is another place than section four."""
    assert find_places("", "人民南路四段", CHENGDU).street == "huochenanzhan"
    assert find_places("", "人民南路三段", CHENGDU).street is None


def test_names_that_agree_are_believed_more_and_those_that_contradict_less() -> None:
    """District and road together are surer than the road alone; two districts leave the place open."""
    alone, both = (find_places(text, None, CHENGDU) for text in ("玉林北街停电", "武侯区玉林北街停电"))
    assert both.district_probability > alone.district_probability
    assert find_places("武侯区和锦江区交界的地方", None, CHENGDU).district is None


def test_what_a_person_said_is_certain() -> None:
    """A district that was chosen is not argued with; a street office is only looked for inside it."""
    found = find_places("玉林北街停电", None, CHENGDU, district="jinniu")
    assert (found.district, found.district_probability, found.street) == ("jinniu", 1.0, None)


def test_an_everyday_word_is_no_place() -> None:
    """Short names count only where a place is announced."""
    assert find_places("金沙江的鱼不新鲜", None, CHENGDU).district is None
    assert find_places("我住洛带，水管爆了", None, CHENGDU).street == "luodai"


def test_only_offsets_and_a_coarse_cell_stand_in_the_result() -> None:
    """No name of the text: the words are found by their offsets, and the cell is about a square kilometre."""
    text = "投诉：玉林北街 12 号 3 单元漏水"
    found = find_places(text, None, CHENGDU)
    (name,) = found.found
    assert text[name.start : name.end] == "玉林北街"
    assert "玉林" not in found.model_dump_json()
    assert found.cell is not None
    assert CELL.fullmatch(found.cell)


@pytest.mark.parametrize("profile", profile_names())
@given(text=st.text(max_size=300), address=st.text(max_size=100))
def test_whatever_is_typed_is_answered(profile: str, text: str, address: str) -> None:
    """Never an exception, with or without a gazetteer, and what is found lies inside the texts."""
    found = find_places(text, address, load(profile))
    for place in found.found:
        assert 0 <= place.start < place.end <= len(text if place.source == "text" else address)


def test_traditional_letters_and_invisible_ones_do_not_hide_a_place() -> None:
    """And the offsets still point into the text as it was sent."""
    text = "在武\u200b侯區紅牌樓"
    found = find_places(text, None, CHENGDU)
    assert (found.district, found.street) == ("wuhou", "hongpailou")
    assert text[found.found[0].start : found.found[0].end] == "武\u200b侯區"
