"""When an offer ends without an answer, the wait of the step does not go on: nothing would ever take the question further."""

from typing import Any

CAUGHT_BY = "every question comes to an end"
ONLY = ("kill clock",)
FAULTS = 8
PACE = 2.5
ASKERS = 4


def apply() -> None:
    from hotline.consultation import climbing, offering
    from hotline.consultation.facts import ExpertUnavailable

    whole = climbing.offer_ended

    def offer_ended(c: Any, desk: Any, reason: Any) -> Any:
        for fact in whole(c, desk, reason):
            if isinstance(fact, ExpertUnavailable):
                fact = fact.model_copy(update={"clocks": tuple(r for r in fact.clocks if r.clock != "wait")})
            yield fact

    climbing.offer_ended = offering.offer_ended = offer_ended  # type: ignore[attr-defined]
