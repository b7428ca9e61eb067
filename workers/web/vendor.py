"""Files of others that we serve ourselves: ``python -m workers.web.vendor`` fetches them anew and checks each.

``static/vendor.json`` names package, version, licence and npm's integrity of the package; what is written is what that
package holds, but for the line that points to a source map nobody serves.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parent / "static"


def packages() -> Mapping[str, Mapping[str, Any]]:
    """What is vendored, by package."""
    found: Mapping[str, Mapping[str, Any]] = json.loads((STATIC / "vendor.json").read_text(encoding="utf-8"))
    return found


def files_of(archive: Path, package: Mapping[str, Any]) -> dict[str, bytes]:
    """The files as we serve them, from npm's archive.  Raises ValueError when it is not the archive we chose."""
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if package["integrity"] != f"sha512-{digest}":
        raise ValueError(f"{archive.name} is not what vendor.json names: do not use it")
    found = {}
    with tarfile.open(archive) as opened:
        for inside, outside in package["files"].items():
            member = opened.extractfile(f"package/{inside}")
            if member is None:
                raise ValueError(f"{archive.name} has no {inside}")
            found[outside] = _without_map(member.read())
    return found


def _without_map(content: bytes) -> bytes:
    lines = content.rstrip().split(b"\n")
    return b"\n".join(line for line in lines if b"sourceMappingURL=" not in line[:60]) + b"\n"


def fetch(name: str, version: str, into: Path) -> Path:
    """npm's archive of a package."""
    subprocess.run(["npm", "pack", "--silent", f"{name}@{version}"], cwd=into, check=True, stdout=subprocess.DEVNULL)
    return next(into.glob(f"{name.rpartition('/')[2]}-*.tgz"))


def main(check_only: bool) -> int:
    """Write the files, or only say which differ; 1 when one does."""
    differing = 0
    for name, package in packages().items():
        with tempfile.TemporaryDirectory() as directory:
            archive = fetch(name, package["version"], Path(directory))
            for outside, content in files_of(archive, package).items():
                target = STATIC / outside
                if check_only and (not target.exists() or target.read_bytes() != content):
                    differing += 1
                    print(f"{target} differs from {name} {package['version']}")
                elif not check_only:
                    target.parent.mkdir(exist_ok=True)
                    target.write_bytes(content)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
