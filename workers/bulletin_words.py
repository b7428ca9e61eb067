"""What a bulletin's codes are called, in one language."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.rates.answer import Figure, FormulaShown
from hotline.rates.bulletin import Bulletin, Change, RateLine
from hotline.rates.month import Month
from hotline.rules import Rules
from hotline.texts import Language, say

_REASONS = {"unfinished": "no_unfinished"}


@dataclass(frozen=True)
class Words:
    """``rules`` name categories; the rest stands in the catalogue of texts."""

    language: Language
    rules: Rules

    def say(self, key: str, **slots: object) -> str:
        return say(f"bulletin.{key}", self.language, **slots)

    def month(self, written: str) -> str:
        first = Month.read(written).first
        return self.say("month_name", year=first.year, month=first.month)

    def subject(self, bulletin: Bulletin) -> str:
        return bulletin.subject.name if self.language == "zh" else bulletin.subject.name_en

    def title(self, formula: FormulaShown) -> str:
        return formula.title if self.language == "zh" else formula.title_en

    def key(self, section: str, key: str) -> str:
        """What a count is of."""
        if not key:
            return self.say("not_known")
        if section == "categories":
            entry = self.rules.categories.get(key)
            return key if entry is None else entry.zh if self.language == "zh" else entry.en
        return self.say(key) if section == "volumes" else say(f"{section.removeprefix('by_')}.{key}", self.language)

    def change(self, change: Change) -> str:
        """Of a count, in percent, or why there is none."""
        return self.reason(change) if change.value is None else f"{self.signed(change.value)} %"

    def points(self, change: Change) -> str:
        """Of a rate; that it has no value is said beside its own."""
        if change.value is None:
            return self.reason(change) if change.reason == "none_before" else "—"
        return self.signed(change.value)

    def reason(self, change: Change) -> str:
        return "" if change.reason is None else self.say(_REASONS.get(change.reason, change.reason))

    def signed(self, value: str) -> str:
        return value if value.startswith("-") or not value.strip("0.") else f"+{value}"

    def grade(self, line: RateLine) -> str:
        return "" if line.grade is None else say(f"grade.{line.grade}", self.language)

    def note(self, line: RateLine, minimum: int) -> str:
        """Why there is no value or no grade."""
        if line.ungraded == "no_value":
            return self.say("no_value")
        return self.say("too_few", minimum=minimum) if line.too_few else ""

    def excluded(self, figure: Figure) -> list[str]:
        """Ground and number of tickets left out on it."""
        grounds = figure.excluded or {}
        return [f"{say(f'exclusion.{ground}', self.language)}\u00a0{n}" for ground, n in grounds.items()]
