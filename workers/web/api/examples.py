"""An example body for everything that can be sent; a test holds each against its model.  No real person is meant.

Units, districts and categories are those of the profile in force, so that an example can be tried as it stands.
"""

from collections.abc import Mapping
from typing import Any

from hotline.rules import Rules

RECEIVE: Mapping[str, Any] = {
    "channel": "phone",
    "text": "楼下烧烤店夜间油烟很大，多次劝说无效。",
    "caller": {"name": "王女士", "phone": "13800138000"},
    "contact_preference": "voice",
    "type": "complaint",
    "place": {"address": "书院街 12 号楼下"},
    "call_id": "call-20260302-0001",
}
REQUEST: Mapping[str, Any] = {
    "text": "小区门口路灯不亮已有一周。",
    "caller": {"phone": "13800138000"},
    "contact_preference": "text",
    "place": {"address": "书院街 12 号门口"},
}
LOOKUP: Mapping[str, Any] = {"phone": "13800138000"}
CALL: Mapping[str, Any] = {
    "event": "offered",
    "call_id": "call-20260302-0001",
    "at": "2026-03-02T09:00:00+08:00",
    "phone": "13800138000",
    "queue": "main",
}
LOGIN: Mapping[str, Any] = {"name": "operator", "password": "correct horse battery"}
SESSION: Mapping[str, Any] = {"query_code": "K7PWM3QX"}

SEAT: Mapping[str, Any] = {"skills": ["tax"]}
SIGN_IN: Mapping[str, Any] = {"skills": ["tax"]}
SHIFTS: Mapping[str, Any] = {
    "shifts": [{"since": "2026-03-02T09:00:00+08:00", "until": "2026-03-02T18:00:00+08:00", "rank": "duty"}]
}
KNOWLEDGE: Mapping[str, Any] = {
    "skill": "tax",
    "title": "个税汇算清缴逾期怎么补办",
    "question": "错过了汇算清缴的期限，还能补办吗？",
    "answer": "可以在办税服务厅或个人所得税 APP 补办；逾期未补缴的按日加收滞纳金。",
    "basis": "个人所得税法第十一条",
}
DROP: Mapping[str, Any] = {"reason": "报文不是事实，无法处理。"}
RETIRE: Mapping[str, Any] = {"reason": "政策已废止"}
CONSULTATIONS: Mapping[str, Mapping[str, Any]] = {
    "pick-up": {},
    "decline": {},
    "answer": {"how": "live", "answer": "异地缴存可以合并计算，凭缴存证明办理。"},
    "give-back": {"reason": "属医保业务，请转医保专家。"},
    "book-call-back": {"at": "2026-03-02T15:00:00+08:00"},
    "cancel": {},
}

OFFER: Mapping[str, Any] = {
    "platform": "110",
    "handoff_id": "0b1f5c9e-3f0e-4c43-9d59-6a9a0a1f7c12",
    "way": "one_key",
    "text": "报警人反映楼下夜间装修扰民，经核实为非警务求助。",
    "place": "书院街 12 号",
    "caller": {"name": "王女士", "phone": "13800138000"},
    "number": "JW20260302000123",
    "first_received_by": "110",
}
NOT_OURS: Mapping[str, Any] = {"reason": "属正在发生的治安案件，应由公安机关处置。"}
RECALL: Mapping[str, Any] = {"reason": "来电人称双方已和解。"}
FEEDBACK: Mapping[str, Any] = {"kind": "progress", "words": "承办单位已联系来电人，约定今晚到场。"}
RETURN: Mapping[str, Any] = {"summary": "现场正在殴斗，有人受伤。", "reason": "属治安案件。", "danger": True}

_WORDS = "已核实，按规定处理。"
ACTIONS: Mapping[str, Mapping[str, Any]] = {
    "classify": {"type": "complaint", "urgency": "normal"},
    "answer": {"answer": "办事大厅工作日 9:00—17:00 开放，可网上预约。"},
    "refer": {"route": "litigation", "words": "此事正在审理，请向承办法院反映。"},
    "explain": {"ground": "unlawful", "words": "该请求缺乏法律依据，已向您说明。"},
    "void": {"kind": "silent"},
    "consult-expert": {"way": "warm_transfer", "summary": "来电人问异地缴存的公积金能否一并提取。"},
    "hand-off": {
        "to": "110",
        "way": "three_way",
        "summary": "来电人称路口有人持械斗殴，正在进行。",
        "reason": "正在危及人身安全，由 110 先行处置。",
        "place": "书院街与红星路口",
        "signs": ["life_danger"],
        "danger": True,
    },
    "ask-supplement": {"question": "请补充店铺的具体门牌号。"},
    "supplement": {"text": "在二单元楼下。"},
    "attach": {
        "attachment": "7d2c1a54-0c5e-4c0e-9d53-1f1a3f0f5a11",
        "kind": "jpeg",
        "size": 183204,
        "name": "现场.jpg",
    },
    "withdraw": {"reason": "问题已自行解决。"},
    "confirm-reading": {},
    "dispatch": {"note": "请先行联系来电人。"},
    "redispatch": {"note": "属油烟排放，改由生态环境部门主办。"},
    "co-dispatch": {"note": "请协助核查证照。"},
    "pass-down": {"note": "请现场核实。"},
    "sign": {},
    "contact": {"way": "voice", "reached": True, "words": "约定今晚现场查看。"},
    "reply": {
        "internal_result": "已责令安装净化设施。",
        "public_reply": "经核查，该店已安装油烟净化设施并通过检测。",
        "claimed": "resolved",
    },
    "request-return": {
        "reason": "该路段由街道管理。",
        "legal_basis": "职责清单第三条",
    },
    "accept-return": {"words": "同意退回，另行派单。"},
    "refuse-return": {"words": "属你单位职责，请办理。"},
    "dispute": {"reason": "两单位对职责有不同意见。"},
    "argue": {"argument": "油烟排放依法由另一部门监管。"},
    "adjudicate": {
        "reason": "依职责清单裁定。",
        "hearing": "双方均已陈述意见。",
    },
    "request-extension": {"days": 5, "reason": "设备需定制。"},
    "grant-extension": {"told_reason": "净化设备需定制安装，办理时间延长。"},
    "refuse-extension": {"words": "理由不充分，请按期办理。"},
    "request-deferral": {"plan": "列入下半年管网改造计划。", "review_on": "2026-06-30"},
    "approve-deferral": {},
    "refuse-deferral": {"words": "请先采取临时措施。"},
    "resume": {"words": "条件已具备。"},
    "review": {
        "accept": True,
        "passed": ["contacted", "evidence", "to_the_point", "basis_cited", "public_text_clean"],
    },
    "call-back": {"way": "voice", "reached": True, "resolution": "resolved", "satisfaction": "satisfied"},
    "rate": {"resolution": "resolved", "satisfaction": "satisfied"},
    "rework": {"reason": "来电人反映仍有油烟。"},
    "close": {},
    "accept-as-source": {"words": _WORDS},
    "reopen": {"reason": "再次出现油烟。", "new_fact": True},
    "urge": {"words": "请问办理到哪一步了？"},
    "supervise": {"level": "yellow", "reason": "临近期限，请加快办理。"},
    "escalate": {"reason": "多次重办未解决。"},
    "note": {"text": "来电人下午方便接听。"},
    "inspect": {"resolution": "resolved", "words": "现场查看，油烟净化设备已更换并运行。"},
    "exclude": {"ground": "unreasonable", "reason": "诉求无法律依据。", "approver": "u2f6c1a9b7d3e"},
    "include": {"ground": "unreasonable", "reason": "复核后恢复计入。", "approver": "u2f6c1a9b7d3e"},
    "unmask": {"fields": ["caller"], "reason": "需与来电人核对地点。"},
    "hold": {"reason": "行政诉讼取证。"},
    "release-hold": {"reason": "诉讼已结束。"},
    "erase": {"reason": "本人申请删除。"},
    "approve-erasure": {},
    "refuse-erasure": {"reason": "仍在法定保存期。"},
}


def of_actions(rules: Rules) -> Mapping[str, Mapping[str, Any]]:
    """An example for each action, with codes of this profile."""
    below = next((u for u in rules.units.values() if u.parent is not None), next(iter(rules.units.values())))
    peers = [u.id for u in rules.units.values() if u.tier == below.tier and u.district == below.district]
    lead, other = peers[0], peers[1 % len(peers)]
    category = next(list(rules.category_path(code)) for code, entry in rules.categories.items() if entry.parent)
    codes: Mapping[str, Mapping[str, Any]] = {
        "classify": {"category": category},
        "consult-expert": {"skill": next(iter(rules.experts.skills))},
        "refer": {"route": next(iter(rules.routes))},
        "dispatch": {"lead": lead, "co": [other]},
        "redispatch": {"lead": other},
        "co-dispatch": {"units": [other]},
        "pass-down": {"unit": below.id},
        "request-return": {"suggested_unit": other},
        "adjudicate": {"unit": lead},
    }
    return {name: {**body, **codes.get(name, {})} for name, body in ACTIONS.items()}


COMPARISON: Mapping[str, Any] = {
    "a": {"formula": "satisfaction.rated_only"},
    "b": {"formula": "satisfaction.silence_counts"},
    "from": "2026-01-01",
    "to": "2026-01-31",
    "by": ["unit"],
}
PROFILES: Mapping[str, Any] = {
    "a": {"formula": "on_time"},
    "b": {"formula": "on_time", "profile": "shandong-2020"},
    "from": "2026-01-01",
    "to": "2026-01-31",
    "by": ["unit"],
}
