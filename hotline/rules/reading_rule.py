"""What a profile lets follow from a reading by itself. A reading is a proposal; by default nothing does but word of a danger."""

from collections.abc import Collection, Iterator
from typing import Literal

from hotline.rules.written import Part, Share, Slug

Channel = Literal["phone", "web", "wechat", "app", "letter", "province", "police", "visit"]


class ReadingRule(Part):
    """`automatic`: whether requests of `categories` (codes of either level) that came by `channels` are classified and
    dispatched as proposed, from the probability `confidence` on; never a report, and nothing urgent. `danger_channels`: ways
    by which nobody is on the line; an emergency read there is offered to 110, told 119 or 120 at once."""

    automatic: bool
    confidence: Share
    categories: tuple[Slug, ...]
    channels: tuple[Channel, ...]
    danger_channels: tuple[Channel, ...]

    def routine(self, category: tuple[str, ...], channel: str) -> bool:
        """Whether such a request may be dispatched without a person."""
        return self.automatic and channel in self.channels and any(code in self.categories for code in category)


def mistakes(rule: ReadingRule, categories: Collection[str]) -> Iterator[tuple[str, str, dict[str, object]]]:
    """What is wrong: code of the finding, where, details."""
    for code in rule.categories:
        if code not in categories:
            yield "unknown_category", "reading.categories", {"code": code}
