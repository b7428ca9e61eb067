"""Names, places and numbers for the gaps of training texts: all invented, and the same for the same text every time."""

import re
from random import Random

_GAP = re.compile(r"\{([^{}]+)\}")
_DISTRICT = (
    "安宁区",
    "东城区",
    "锦江区",
    "高新区",
    "朝阳区",
    "城南新区",
    "港口区",
    "金山区",
    "开发区",
    "临江区",
    "南山区",
    "西湖区",
)
_COUNTY = ("永福县", "东平县", "南江县", "安远县", "清水县", "汶河县", "宁县", "白水县", "平阴县", "龙山县")
_TOWN = ("石桥镇", "柳林镇", "大河镇", "双塔镇", "新集镇", "三岔镇", "白马乡", "沙坪镇", "清溪镇", "马庄镇")
_STREET = ("北关街道", "文化街道", "桥东街道", "站前街道", "新华街道", "滨河街道", "东风街道", "凤凰街道")
_ROAD = (
    "建设路",
    "人民路",
    "和平街",
    "幸福大道",
    "滨江路",
    "学府路",
    "工业大道",
    "中山北路",
    "迎宾路",
    "样例路",
    "三环路",
    "青年街",
)
_ESTATE = (
    "阳光花园",
    "翠湖小区",
    "金色家园",
    "和谐家园",
    "御景湾",
    "东方名城",
    "锦绣新城",
    "万和苑",
    "水岸华庭",
    "丽景嘉园",
    "福安里",
    "学府苑",
)
_VILLAGE = (
    "张家庄",
    "李村",
    "上坪村",
    "王楼村",
    "大沟村",
    "石门村",
    "河湾村",
    "桃园村",
    "赵家村",
    "新民村",
    "下寨村",
    "西岭村",
)
_SURNAME = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = ("某", "女士", "先生", "建国", "秀英", "小满", "志强", "桂花", "大爷", "阿姨", "海燕", "师傅")
_CHOICES = {
    "区": _DISTRICT,
    "县": _COUNTY,
    "镇": _TOWN,
    "乡": _TOWN,
    "街道": _STREET,
    "路": _ROAD,
    "小区": _ESTATE,
    "村": _VILLAGE,
}


def fill(text: str) -> str:
    """The text with its gaps filled. A gap nobody knows is left out."""
    dice = Random(text)
    return _GAP.sub(lambda gap: _filled(gap[1], dice), text)


def _filled(kind: str, dice: Random) -> str:
    if kind in _CHOICES:
        return dice.choice(_CHOICES[kind])
    if kind == "人名":
        return dice.choice(_SURNAME) + dice.choice(_GIVEN)
    if kind == "电话":
        return f"1380000{dice.randrange(10_000):04}"
    if kind == "车牌":
        return f"川A{dice.randrange(100_000):05}"
    if kind == "日期":
        return f"{dice.randrange(1, 13)}月{dice.randrange(1, 29)}日"
    return f"{dice.randrange(2, 90) * 100}元" if kind == "金额" else ""
