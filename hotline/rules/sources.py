"""Where a profile is read from: its own file, the files it extends, the category table, and the operator's calendar tables."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from hotline.rules.findings import ProfileError, finding

Data = dict[str, Any]
Named = tuple[str, str]
"""A file's name and its text."""
SHARED = ("common", "categories", "taxonomy", "dispatch")


def shipped() -> Traversable:
    """The folder of the profiles that come with the hotline."""
    return files("hotline.rules") / "profiles"


def profile_names() -> tuple[str, ...]:
    """The profiles that come with the hotline."""
    names = (entry.name.removesuffix(".toml") for entry in shipped().iterdir() if entry.name.endswith(".toml"))
    return tuple(sorted(name for name in names if name not in SHARED))


@dataclass(frozen=True)
class Sources:
    """All texts one profile is made of: what is extended first, the profile itself last; the calendar tables apart."""

    parts: tuple[Named, ...]
    tables: tuple[Named, ...] = ()
    places: Named | None = None
    """The gazetteer, where the profile names a shipped one."""


def find(name_or_path: str | Path, calendar_tables: Path | None = None) -> Sources:
    """The texts of a profile, by its name or its path, and of the calendar tables in a file or folder.
    Raises ProfileError for a file that is not there or cannot be read."""
    chain = list(_chain(_find(name_or_path, None), ()))
    tables = tuple(_read(path) for path in _table_files(calendar_tables))
    shared = (_read(shipped() / name) for name in ("categories.toml", "dispatch.toml"))
    return Sources((*shared, *reversed(chain)), tables, _places(chain))


def merged(sources: Sources) -> Data:
    """One profile out of its texts: tables are merged key by key, lists are replaced, calendar tables are added up.
    Raises ProfileError for a calendar table that says anything else."""
    whole: Data = {}
    for name, text in sources.parts:
        whole = _over(whole, parsed(name, text))
    whole.pop("extends", None)
    if sources.places is not None:
        whole["gazetteer"] = parsed(*sources.places)
    for name, text in sources.tables:
        table = parsed(name, text)
        if strange := table.keys() - {"calendar"}:
            raise ProfileError(finding("extra_forbidden", f"{name}:{key}", name=key) for key in sorted(strange))
        both = (whole.get("calendar", []), table.get("calendar", []))
        # What is no list is left for the check of the form to complain about.
        whole["calendar"] = [*both[0], *both[1]] if all(isinstance(years, list) for years in both) else both[1]
    return whole


def parsed(name: str, text: str) -> Data:
    """The TOML of one file. Raises ProfileError with the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else len(text.splitlines())
        raise ProfileError([finding("not_toml", f"{name}:{line}", line=line, why=error)]) from None


def _chain(file: Traversable, seen: tuple[str, ...]) -> Iterator[Named]:
    name, text = _read(file)
    if str(file) in seen:
        raise ProfileError([finding("extends_circle", name, name=name)])
    yield name, text
    base = parsed(name, text).get("extends")
    if base is not None:
        yield from _chain(_find(str(base), file), (*seen, str(file)))


def _find(name_or_path: str | Path, beside: Traversable | None) -> Traversable:
    written = str(name_or_path)
    is_name = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", written) is not None and not written.endswith(".toml")
    if isinstance(beside, Path) and is_name and (own := beside.parent / f"{written}.toml").is_file():
        return own
    file = shipped() / f"{written}.toml" if is_name else Path(name_or_path)
    if not file.is_file():
        raise ProfileError([finding("no_file", written, name=written, known=" ".join(profile_names()))])
    return file


def _places(chain: list[Named]) -> Named | None:
    """The gazetteer a profile names; the first that says anything of it decides, the profile before what it extends."""
    for name, text in chain:
        wanted = parsed(name, text).get("gazetteer")
        if isinstance(wanted, str):
            known = {entry.name: entry for entry in (files("hotline.rules") / "gazetteers").iterdir()}
            if f"{wanted}.toml" not in known:
                raise ProfileError([finding("no_gazetteer", f"{name}: gazetteer", name=wanted)])
            return _read(known[f"{wanted}.toml"])
        if wanted is not None:
            return None
    return None


def _table_files(tables: Path | None) -> list[Path]:
    if tables is None:
        return []
    if tables.is_dir():
        return sorted(tables.glob("*.toml"))
    if not tables.is_file():
        raise ProfileError([finding("no_table", str(tables), name=tables.name)])
    return [tables]


def _read(file: Traversable) -> Named:
    try:
        return file.name, file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProfileError([finding("not_utf8", file.name)]) from None
    except OSError:
        raise ProfileError([finding("no_file", file.name, name=file.name, known=" ".join(profile_names()))]) from None


def _over(below: Data, above: Data) -> Data:
    both = {
        key: _over(below[key], above[key])
        for key in below.keys() & above.keys()
        if isinstance(below[key], dict) and isinstance(above[key], dict)
    }
    return {**below, **above, **both}
