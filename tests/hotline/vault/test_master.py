"""The master key's file."""

from pathlib import Path

import pytest

from hotline.vault import MasterKey, MasterKeyUnusable


def test_a_key_is_made_once_and_read_again(tmp_path: Path) -> None:
    """A created key loads as the same key, readable by its owner only, and is never overwritten."""
    path = tmp_path / "keys" / "master.key"
    made = MasterKey.create(path)
    assert MasterKey.load(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        MasterKey.create(path)
    assert MasterKey.load(path) == made


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_key_others_could_read_is_refused(tmp_path: Path, mode: int) -> None:
    """A key file open to group or world is refused with the command that closes it."""
    path = tmp_path / "master.key"
    MasterKey.create(path)
    path.chmod(mode)
    with pytest.raises(MasterKeyUnusable, match="chmod 600"):
        MasterKey.load(path)


@pytest.mark.parametrize("content", [b"", b"AAAA", b"not base64 at all!", b"A" * 43 + b"=" + b"AAAA"])
def test_a_damaged_key_is_refused(tmp_path: Path, content: bytes) -> None:
    """A broken key file is refused instead of making a weaker key of what is left."""
    path = tmp_path / "master.key"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(MasterKeyUnusable):
        MasterKey.load(path)


def test_the_secret_is_not_printed(tmp_path: Path) -> None:
    """Neither repr nor str of a key shows a byte of it."""
    key = MasterKey(b"\x41" * 32)
    assert "A" not in repr(key).replace("MasterKey", "")
    assert "x41" not in repr(key)
