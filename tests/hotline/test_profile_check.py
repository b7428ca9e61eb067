"""Whatever a clerk gets wrong in a profile is found, placed, and answered with what to write instead."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from hotline.rules import Finding, ProfileError, check, load

UNIT = '{{ id = "{}", name = "甲", name_en = "A", tier = "{}"{} }}'


def units(*rows: tuple[str, str, str]) -> str:
    return "units = [" + ", ".join(UNIT.format(*row) for row in rows) + "]"


def law(id: str, since: str, rest: str = "") -> str:
    return f'[[statutory]]\nid = "{id}"\nlaw = "a law"\nlimit = "7 working_days"\nsince = {since}\n{rest}\n'


def year(number: int, off: str = "", on: str = "") -> str:
    return f'[[calendar]]\nyear = {number}\nholidays = [{off}]\nworkdays = [{on}]\nsource = "a notice"\n'


def boundary(id: str, rest: str) -> str:
    return f'[[boundary]]\nid = "{id}"\nreason = {{ zh = "甲", en = "a" }}\nsource = "a rule"\n{rest}\n'


def findings(tmp_path: Path, text: str) -> list[Finding]:
    own = tmp_path / "own.toml"
    own.write_text(f'extends = "sichuan-2025"\n{text}', encoding="utf-8")
    found = check(own)
    if found:
        with pytest.raises(ProfileError):
            load(own)
    return found


MISTAKES = [
    # what is written                                     where it is found                  part of the English problem
    ("txt_max = 3", "txt_max", "unknown key"),
    ("[limits.small]\nsgin = '2 hours'", "limits.small.sgin", "unknown key"),
    ("[public]\ntrys = 5", "public.trys", "unknown key"),
    ("text_max = '2000'", "text_max", "a whole number is wanted"),
    ("text_max = 0", "text_max", "too small"),
    ("contact_before_reply = 'perhaps'", "contact_before_reply", "true or false is wanted"),
    ("timezone = 'Asia/Chengdu'", "timezone", "no time zone Asia/Chengdu"),
    ("sources = 'a rule'", "sources", "a list is wanted"),
    ("nuisance = 3", "nuisance", "a table is wanted"),
    ("[name]\nzh = ''", "name.zh", "the text is empty"),
    ("[name]\nzh = 5", "name.zh", "text is wanted"),
    ("id = 'Our Rules'", "id", "cannot be an id"),
    ("[contact]\nquiet_from = 'ten'", "contact.quiet_from", "a time of day is wanted"),
    ("[limits.small]\nsign = '-2 hours'", "limits.small.sign[#1].limit", "cannot be negative"),
    ("[limits.small]\nsign = '2 h'", "limits.small.sign[#1].limit", "not a limit: 2 h"),
    ("[limits.small]\nsign = 2", "limits.small.sign", "a list is wanted"),
    ("[limits]\npolicy = [{ limit = 3 }]", "limits.policy[#1].limit", "not a limit: 3"),
    ("[limits]\npolicy = [{ types = ['help'], limit = '3 days' }]", "limits.policy", "no row fits consult"),
    ("[limits]\npolicy = []", "limits.policy", "no row fits other · emergency"),
    (
        "[limits]\npolicy = [{ limit = '3 days' }, { types = ['help'], limit = '1 days' }]",
        "limits.policy[#2]",
        "never used",
    ),
    ("[limits]\nunit = [{ categories = ['marktet'], limit = '3 days' }]", "limits.unit[#1].categories", "no category"),
    ("call_back = [{ mode = 'voice', sample = 1.5 }]", "call_back[#1].sample", "too large"),
    ("call_back = [{ mode = 'voice', sample = -0.1 }]", "call_back[#1].sample", "too small"),
    ("call_back = [{ mode = 'visit', sample = 1 }]", "call_back[#1].mode", "visit is not a possible value"),
    ("call_back = [{ mode = 'voice' }]", "call_back[#1].sample", "sample is missing"),
    ("[alarms.citizen]\nyellow = 'soon'", "alarms.citizen.yellow", "a number is wanted"),
    ("[alarms.citizn]\nyellow = 0.5", "alarms.citizn", "no clock of the kind citizn"),
    ("review_checks = ['contacted', 'polite']", "review_checks[#2]", "polite is not a possible value"),
    ("review_checks = ['contacted', 'contacted']", "review_checks[contacted]", "stands there twice"),
    ("[nuisance]\nrestrict_at = 9", "nuisance", "must hold; it is 2, 9, 5"),
    ("templates = [{ id = 't', title = 't', text = '{nmber}' }]", "templates[t].text", "unknown placeholders: nmber"),
    ("templates = [{ id = 't', title = 't', text = '{due' }]", "templates[t].text", "unknown placeholders: { }"),
    ("text_max = 10000000", "text_max", "too large"),
    ("[bulletin]\nminimum = 0", "bulletin.minimum", "too small"),
    ("[bulletin.grades.contact]\ngood = 95\nfairly_good = 96", "bulletin.grades.contact", "must go down"),
    ("[bulletin.grades.overdue]\nordinary = 5", "bulletin.grades.overdue", "must go down"),
    ("[bulletin.grades.contact]\ngood = 101", "bulletin.grades.contact.good", "too large"),
    ("[bulletin.grades.contact]\ngood = 'high'", "bulletin.grades.contact.good", "is not understood"),
    ("[bulletin.grades.contact]\ngood = 95.123", "bulletin.grades.contact.good", "is not understood"),
    (
        "[bulletin.grades.rework]\ngood = 1\nfairly_good = 2\nordinary = 5",
        "bulletin.grades.rework.source",
        "source is missing",
    ),
    ("[experts]\nladder = [{ rank = 'duty', wait = '9 seconds' }]", "experts.ladder", "must be ticket"),
    (
        "[experts]\nladder = [{ rank = 'duty' }, { rank = 'ticket' }]",
        "experts.ladder[#1]",
        "duty of the ladder has no wait",
    ),
    ("[experts]\nladder = [{ rank = 'ticket' }, { rank = 'ticket' }]", "experts.ladder[ticket]", "stands there twice"),
    ("[experts.hours]\nuntil = 08:00:00", "experts.hours", "not after they begin"),
    ("[experts.skills.tax]\ncategories = ['taxes']", "experts.skills.tax.categories", "no category taxes"),
    (
        "[experts]\nby_itself = [{ skill = 'taxes', wait = '9 seconds' }]",
        "experts.by_itself[#1].skill",
        "no skill taxes",
    ),
    (
        "[experts]\nby_itself = [{ skill = 'tax', categories = ['taxes'], wait = '9 seconds' }]",
        "experts.by_itself[#1].categories",
        "no category taxes",
    ),
    ("[platforms.waits]\nvoice = '1 days'", "platforms.waits.voice", "cannot be in days"),
    ("[platforms.waits]\nagain = '0 seconds'", "platforms.waits.again", "is nothing"),
    ("[platforms]\nunaccepted = '0 days'", "platforms.unaccepted", "is nothing"),
    ("[platforms]\nown = '110'", "platforms.lines.110", "our own name"),
    (
        "[platforms.lines.metro]\nkind = 'two_way'\nlink = 'fax'",
        "platforms.lines.metro.link",
        "fax is not a possible value",
    ),
    (boundary("fire", "owner = '118'\nsigns = ['fire']"), "boundary[fire].owner", "no platform 118"),
    (boundary("tax", "owner = '110'\ncategories = ['taxes']"), "boundary[tax].categories", "no category taxes"),
    (boundary("all", "owner = '110'"), "boundary[all]", "holds for everything"),
    (units(("a", "street", ', parent = "b"')), "units[a].parent", "no unit b"),
    (units(("a", "village", "")), "units[a].tier", "village is not a possible value"),
    (units(("a", "street", ', district = "atlantis"')), "units[a].district", "no district atlantis"),
    (units(("a", "street", ""), ("a", "street", "")), "units[a]", "stands there twice"),
    (units(("a", "street", ""), ("b", "district", ', parent = "a"')), "units[b].tier", "not lower"),
    (units(("a", "city", ""), ("b", "city", ', parent = "a"')), "units[b].tier", "not lower"),
    (units(("a", "city", ', parent = "b"'), ("b", "city", ', parent = "a"')), "units[a].parent", "a → b → a"),
    (law("l", "2026-01-01", "until = 2025-01-01"), "statutory[l]", "before it begins"),
    (law("l", "2026-01-01") + law("l", "2027-01-01"), "statutory[l]", "overlap"),
    (law("l", "'soon'"), "statutory[l].since", "a date is wanted"),
    (law("l", "2026-01-01", 'categories = ["market.fod"]'), "statutory[#1].categories", "no category market.fod"),
    (year(2027, "2027-01-01, 2027-01-01"), "calendar[2027]", "2027-01-01 stands there twice"),
    (year(2027, "2027-01-02", "2027-01-02"), "calendar[2027]", "2027-01-02 stands there twice"),
    (year(2027, "2028-01-01"), "calendar[2027]", "does not belong to the table of 2027"),
    (year(2027, "", "2027-01-04"), "calendar[2027].workdays", "a working day anyway"),
    (year(2027) + year(2027), "calendar[2027]", "two calendar tables"),
]


@pytest.mark.parametrize(("text", "where", "problem"), MISTAKES, ids=[f"{m[1]}: {m[2]}" for m in MISTAKES])
def test_a_mistake_is_found_where_it_is(tmp_path: Path, text: str, where: str, problem: str) -> None:
    """Each mistake is named with its place and its remedy, in both languages, and the profile is not loaded."""
    found = findings(tmp_path, text)
    match = [f for f in found if f.where == where and problem in f.problem_en]
    assert match, found
    assert match[0].problem_zh
    assert " / " in match[0].what_to_do
    assert not re.search(r"\{\w", match[0].problem_zh + match[0].problem_en + match[0].what_to_do)


def test_a_good_profile_of_ones_own_passes(tmp_path: Path) -> None:
    """What is right is not complained about: a government with departments of its own tier, a December day, a new law."""
    text = units(
        ("a", "district", ", government = true"),
        ("b", "district", ', parent = "a"'),
        ("c", "street", ', parent = "a"'),
    )
    laws = law("l", "2020-01-01", "until = 2025-12-31") + law("l", "2026-01-01")
    assert findings(tmp_path, f"{text}\n{laws}{year(2027, '2026-12-31', '2027-01-09')}") == []


def test_a_misspelt_word_is_answered_with_the_likely_one(tmp_path: Path) -> None:
    """A key, a unit or a category that nearly exists is suggested."""
    asked = {
        "txt_max = 3": "text_max",
        "[limits.small]\nsgin = '2 hours'": "sign",
        units(("north", "city", ""), ("b", "street", ', parent = "nroth"')): "north",
        law("l", "2026-01-01", 'categories = ["market.fod_safety"]'): "market.food_safety",
    }
    for text, suggestion in asked.items():
        assert any(suggestion in f.what_to_do for f in findings(tmp_path, text)), text


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """A clerk gets the whole list, not one mistake per try."""
    found = findings(tmp_path, "txt_max = 3\n[public]\ntries = -1\nwindow = 'soon'\n")
    assert {f.where for f in found} == {"txt_max", "public.tries", "public.window"}


def test_a_profile_that_stands_alone_must_say_everything(tmp_path: Path) -> None:
    """Without `extends` each missing table is named."""
    own = tmp_path / "own.toml"
    own.write_text('id = "own"\n[limits]\npolicy = "3 days"\n')
    assert {"name", "limits.small", "units", "alarms", "timezone"} <= {f.where for f in check(own)}


def test_a_needed_small_limit_cannot_be_left_out(tmp_path: Path) -> None:
    """A profile whose tickets would wait for ever without a timer is refused."""
    shipped, own = files("hotline.rules") / "profiles", tmp_path / "own.toml"
    common = (shipped / "common.toml").read_text("utf-8")
    (tmp_path / "common.toml").write_text(common.replace('\nreview = "1 working_days"', ""), "utf-8")
    own.write_text((shipped / "sichuan-2025.toml").read_text("utf-8"), "utf-8")
    assert [(f.where, f.problem_en) for f in check(own)] == [("limits.small.review", "review is missing")]


def test_a_class_of_retention_stays_named_when_nothing_falls_into_it(tmp_path: Path) -> None:
    """Given a profile that puts all into ten years and still names the thirty of older tickets, then it is sound."""
    own = "[[retention]]\ntypes = []\ncode = 'd30'\nyears = 30\n[[retention]]\ncode = 'd10'\nyears = 10\n"
    assert not findings(tmp_path, own)
    late = own[own.index("[[retention]]", 1) :] + own[: own.index("[[retention]]", 1)]
    assert not findings(tmp_path, late)


@pytest.mark.parametrize(
    ("text", "line"),
    [("id = 'own'\nname = {zh=\n", 2), ("id = 'own'\nid = 'again'\n", 2), ("[limits\n", 1), ("x = 'never closed\n", 1)],
)
def test_what_is_not_toml_is_told_by_its_line(tmp_path: Path, text: str, line: int) -> None:
    """A slip of the pen is told with its file and line."""
    own = tmp_path / "own.toml"
    own.write_text(text)
    (found,) = check(own)
    assert found.where == f"own.toml:{line}"
    assert "not valid TOML" in found.problem_en


def test_other_files_are_answered_calmly(tmp_path: Path) -> None:
    """A folder, a missing file, another encoding and a circle of extends are findings, not crashes."""
    (tmp_path / "gbk.toml").write_bytes("id = '规则'".encode("gbk"))
    (tmp_path / "a.toml").write_text('extends = "b"\n')
    (tmp_path / "b.toml").write_text('extends = "a"\n')
    (tmp_path / "lost.toml").write_text('extends = "nowhere"\n')
    problems = {
        name: [f.problem_en for f in check(tmp_path / name)] for name in ("", "no.toml", "gbk.toml", "lost.toml")
    }
    assert problems["gbk.toml"] == ["the file is not encoded in UTF-8"]
    assert all(len(found) == 1 for found in problems.values())
    assert "circle" in check(tmp_path / "a.toml")[0].problem_en


def test_a_calendar_table_says_nothing_else(tmp_path: Path) -> None:
    """A file of holidays cannot change a limit on the side."""
    table = tmp_path / "2027.toml"
    table.write_text(year(2027) + "[limits]\npolicy = '1 days'\n")
    assert [f.where for f in check("sichuan-2025", calendar_tables=table)] == ["2027.toml:limits"]
    table.write_text(year(2027))
    assert check("sichuan-2025", calendar_tables=table) == []
    table.write_text("calendar = 5\n")
    assert [f.where for f in check("sichuan-2025", calendar_tables=table)] == ["calendar"]
