"""A bulletin as one page for a printer: nothing is fetched for it, nothing runs in it, and no colour carries meaning."""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from hotline.rates.bulletin import Bulletin, RateLine
from hotline.rules.bulletin_rule import Thresholds
from workers.bulletin_words import Words

_TEMPLATES = Path(__file__).parent / "web" / "templates"


def as_html(bulletin: Bulletin, words: Words) -> str:
    """The whole page in the language of ``words``."""
    thresholds = words.rules.bulletin.grades
    lines = _lines(bulletin)
    return _template().render(
        b=bulletin,
        w=words,
        style=style(bulletin, words),
        percent=_percent,
        lines=lines,
        grades=[(words.title(line.formula), _grades(words, thresholds[line.formula.id]), thresholds[line.formula.id].source)
                for line in lines if line.formula.id in thresholds],
    )  # fmt: skip


def policy(bulletin: Bulletin, words: Words) -> str:
    """The Content-Security-Policy of a page that is served: its own style sheet and nothing else."""
    digest = b64encode(sha256(style(bulletin, words).encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )


def style(bulletin: Bulletin, words: Words) -> str:
    """The style sheet; on paper it puts on every sheet of what it is, also when it lies alone."""
    head = f"{words.say('title')} · {words.subject(bulletin)} · {words.month(bulletin.month)} · {words.say('as_of')} "
    return f"{_sheet()}@page {{ @top-right {{ content: {_quoted(head + bulletin.as_of.isoformat())}; }} }}\n"


@cache
def _sheet() -> str:
    return (_TEMPLATES / "bulletin.css").read_text(encoding="utf-8")


def _quoted(text: str) -> str:
    """A text as a string of a style sheet.  What is neither letter, digit nor blank is told by its number, with the blank that ends
    it: no name of a unit can end the string or the element."""
    return '"' + "".join(each if each.isalnum() or each == " " else f"\\{ord(each):x} " for each in text) + '"'


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("bulletin.html")


def _lines(bulletin: Bulletin) -> list[RateLine]:
    """Every formula shown, once."""
    gap = bulletin.resolution
    every = [*(bulletin.calls or ()), *bulletin.rates, *bulletin.causes, *bulletin.handling]
    every += [gap.claimed, gap.confirmed, gap.inspected]
    return list({line.formula.hash: line for line in every}.values())


def _grades(words: Words, thresholds: Thresholds) -> list[str]:
    key = "at_most" if thresholds.lower_is_better else "at_least"
    begins = (thresholds.good, thresholds.fairly_good, thresholds.ordinary)
    return [words.say(key, percent=format(percent.normalize(), "f")) for percent in begins]


def _percent(share: str | None) -> str:
    """Of one, as a percent."""
    return "" if share is None else f"{Decimal(share) * 100:.2f} %"
