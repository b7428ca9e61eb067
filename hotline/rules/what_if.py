"""What another catalogue, or another place for a unit, would have done with past tickets. It touches nothing."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from hotline.rules.dispatching import Matter
from hotline.rules.rules import Rules


@dataclass(frozen=True)
class WhatIf:
    """How many tickets there were, and how many would go elsewhere: by unit from and to, None for nobody."""

    tickets: int
    moved: Counter[tuple[str | None, str | None]]

    @property
    def elsewhere(self) -> int:
        return self.moved.total()


def what_if(now: Rules, then: Rules, matters: Iterable[Matter], on: date) -> WhatIf:
    """Each matter by the rules in force and by others, both as on one day."""
    moved: Counter[tuple[str | None, str | None]] = Counter()
    count = 0
    for matter in matters:
        count += 1
        before, after = now.destination(matter, on).unit, then.destination(matter, on).unit
        if before != after:
            moved[before, after] += 1
    return WhatIf(count, moved)
