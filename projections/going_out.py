"""What of a fact may leave the house for analysts, field by field.

A field that is added to a fact later stays in the house until somebody has decided about it.  Words that people wrote stay
altogether, also those that are not sealed: no pattern finds every name.
"""

FIELDS = frozenset(
    {
        "assignment", "assignments", "attachment", "attempt", "by_itself", "by_rule", "calendar_until", "call_back", "callback_wanted",
        "caller_kind", "catalogue", "category", "cause", "channel", "checks", "claimed", "clock", "clocks", "co", "confidential", "contact_preference",
        "consultation", "contacted", "danger", "days", "district", "due", "ended", "failed", "fields", "first_received_by",
        "follow_up", "ground", "handoff", "handoff_id", "keep", "kind", "knowledge", "level",
        "minor_involved", "new_fact", "number", "outcome", "passages", "platform", "public", "reachable", "reached", "replacement", "resolution",
        "retention", "review_on", "round", "route", "rule", "satisfaction", "size", "skill", "suggested_unit", "template", "to",
        "told_police", "type", "unit", "until", "urgency", "way", "why", "withdrawn",
    }
)  # fmt: skip
"""Fields of facts that go out."""
KEPT_IN = frozenset(
    {
        "about_team", "access", "accused_unit", "approver", "call_id", "cell", "legal_basis", "person_id", "proposal",
        "public_reply", "reason", "recording", "reference", "seat", "source", "tags", "told_reason",
    }
)  # fmt: skip
"""Unsealed fields that do not: they lead to a person, or people wrote them in their own words."""
