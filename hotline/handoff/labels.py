"""Under which labels the words of a hand-off are sealed with its ticket's key."""

MATTER = "handoff.matter"
DISPUTED = "handoff.disputed"
RECALLED = "handoff.recalled"
PROGRESS = "handoff.progress"
RESULT = "handoff.result"
