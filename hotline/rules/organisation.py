"""Whether the handling units of a profile form a tree that can be walked."""

from collections.abc import Iterator, Mapping

from hotline.rules.findings import Finding, finding, like
from hotline.rules.parts import Unit
from hotline.rules.profile import Profile
from hotline.rules.written import TIERS


def units(profile: Profile) -> Iterator[Finding]:
    """What is wrong with parents, tiers and districts; ids that stand twice are told elsewhere."""
    by_id = {unit.id: unit for unit in profile.units}
    for unit in profile.units:
        where = f"units[{unit.id}]"
        if unit.district is not None and unit.district not in profile.districts:
            near = like(unit.district, profile.districts)
            yield finding("unknown_district", f"{where}.district", district=unit.district, like=near)
        if unit.parent is None:
            continue
        if unit.parent not in by_id:
            near = like(unit.parent, by_id)
            yield finding("unknown_parent", f"{where}.parent", parent=unit.parent, like=near)
        elif not _stands_under(unit, by_id[unit.parent]):
            above = by_id[unit.parent].tier
            yield finding("tier_not_lower", f"{where}.tier", tier=unit.tier, parent=unit.parent, above=above)
    yield from _circles(by_id)


def _stands_under(unit: Unit, parent: Unit) -> bool:
    lower = TIERS.index(unit.tier) - TIERS.index(parent.tier)
    return lower > 0 or (lower == 0 and parent.government and not unit.government)


def _circles(by_id: Mapping[str, Unit]) -> Iterator[Finding]:
    told: set[str] = set()
    for start in by_id:
        path: list[str] = []
        step: str | None = start
        while step is not None and step in by_id and step not in path and step not in told:
            path.append(step)
            step = by_id[step].parent
        if step in path:
            circle = path[path.index(step) :]
            yield finding("unit_circle", f"units[{circle[0]}].parent", circle=" → ".join((*circle, circle[0])))
        told.update(path)
