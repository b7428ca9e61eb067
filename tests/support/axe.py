"""axe-core, the accessibility checker that browser tests put into a page: fetched once from npm, pinned and checked.

`python -m tests.support.axe` fetches it. It is not kept in the repository (MPL-2.0, 600 kB of minified script).
"""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "4.14.1"
# sha512 of the package's archive, as npm publishes it
INTEGRITY = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="


def cached() -> Path:
    """Where the script stands once it was fetched."""
    cache = Path(os.environ.get("HOTLINE_TEST_CACHE") or Path(__file__).parents[2] / ".cache")
    return cache / f"axe-core-{VERSION}" / "axe.min.js"


def fetch() -> Path:
    """The script's path, fetched if need be; RuntimeError when there is no npm or the archive is not the pinned one."""
    script = cached()
    if script.exists():
        return script
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("npm is needed to fetch axe-core: install Debian's `npm`")
    with tempfile.TemporaryDirectory() as directory:
        command = [npm, "pack", f"axe-core@{VERSION}", "--silent", "--pack-destination", directory]
        subprocess.run(command, cwd=directory, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        (archive,) = Path(directory).glob("*.tgz")
        found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if found != INTEGRITY:
            raise RuntimeError(f"the archive of axe-core {VERSION} is not the pinned one (sha512 {found})")
        with tarfile.open(archive) as package:
            member = package.extractfile("package/axe.min.js")
            assert member is not None
            content = member.read()
    script.parent.mkdir(parents=True, exist_ok=True)
    fresh = script.with_name(f"axe.{os.getpid()}.new")  # two workers may fetch at once: each lays down a whole file
    fresh.write_bytes(content)
    fresh.rename(script)
    return script


if __name__ == "__main__":
    try:
        print(fetch())
    except (RuntimeError, subprocess.CalledProcessError) as error:
        sys.exit(f"axe-core could not be fetched: {error}")
