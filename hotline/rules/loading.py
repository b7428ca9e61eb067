"""From a profile's name to its rules."""

import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from hotline.rules import sources
from hotline.rules.checking import examine
from hotline.rules.findings import ProfileError
from hotline.rules.rules import Rules


def load(name_or_path: str | Path, *, calendar_tables: Path | None = None) -> Rules:
    """The rules of a shipped profile or of a file, with the operator's calendar tables (a file or a folder of them).
    The same texts give the same object. Raises ProfileError with everything that is wrong."""
    return _built(sources.find(name_or_path, calendar_tables))


@lru_cache(maxsize=16)
def _built(texts: sources.Sources) -> Rules:
    data = sources.merged(texts)
    profile, findings = examine(data)
    if profile is None or findings:
        raise ProfileError(findings)
    # The content, not the text: a comment or another order of keys is the same version.
    content = json.dumps(data, sort_keys=True, ensure_ascii=False, default=str)
    return Rules(profile, f"{profile.id}@{sha256(content.encode()).hexdigest()[:12]}")
