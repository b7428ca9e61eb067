"""What `hotline backup` and `hotline restore` refuse, in a sentence and with nothing changed."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from hotline.vault import MasterKey
from tests.workers.acting import receive
from tests.workers.conftest import Open
from tests.workers.test_backup import Hotline, live_through
from tests.workers.test_backup import hotline as hotline
from workers.backup import backup, keys_of
from workers.settings import Settings


def harm(file: Path, at: int) -> None:
    """Change one byte."""
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)


def in_the_middle_of(part: str, file: Path) -> int:
    with tarfile.open(file) as tar:
        member = tar.getmember(part)
    return member.offset_data + member.size // 2


def another_backup(file: Path) -> None:
    """The keys of one backup beside the stores of another."""
    other = file.with_name("other")
    backup(Settings(data=file.parent / "data"), other)  # type: ignore[call-arg]
    keys_of(file).write_bytes(keys_of(other).read_bytes())


def other_master(file: Path) -> None:
    (file.parent / "data" / "master.key").unlink()
    MasterKey.create(file.parent / "data" / "master.key")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda file: harm(file, in_the_middle_of("store", file)), "store in"),
        (lambda file: harm(file, in_the_middle_of("access", file)), "access in"),
        (lambda file: harm(keys_of(file), in_the_middle_of("vault", keys_of(file))), "vault in"),
        (lambda file: harm(file, 520), "is no backup"),
        (lambda file: file.write_bytes(file.read_bytes()[:40_000]), "nothing was changed"),
        (lambda file: file.unlink(), "is not there"),
        (lambda file: keys_of(file).unlink(), "is not there"),
        (another_backup, "keys of another backup"),
        (other_master, "not the master key of this backup"),
        (lambda file: (file.parent / "data" / "master.key").unlink(), "master key"),
        (lambda file: None, "--replace"),
    ],
)
def test_what_does_not_fit_changes_nothing(
    open_house: Open, hotline: Hotline, tmp_path: Path, spoil: Callable[[Path], object], says: str
) -> None:
    """A damaged, wrong or half a backup, and a house that is not empty: one sentence, and every file is as before."""
    live_through(open_house())
    assert hotline("backup", tmp_path / "copy").exit_code == 0
    spoil(tmp_path / "copy")
    before = {p.name: p.read_bytes() for p in (tmp_path / "data").glob("*") if p.suffix in (".db", ".key")}
    replace = [] if says == "--replace" else ["--replace"]

    refused = hotline("restore", tmp_path / "copy", *replace)

    assert refused.exit_code == 1
    assert says in refused.output
    assert {p.name: p.read_bytes() for p in (tmp_path / "data").glob("*") if p.suffix in (".db", ".key")} == before
    assert list((tmp_path / "data").glob(".*restored*")) == []


def test_a_backup_is_never_overwritten(open_house: Open, hotline: Hotline, tmp_path: Path) -> None:
    """A name that is taken, by the backup or by its keys, is refused; a directory that is not there too."""
    open_house()
    (tmp_path / "copy.vault").write_text("mine")
    for name, says in (("copy", "is there already"), ("nowhere/copy", "Cannot write")):
        refused = hotline("backup", tmp_path / name)
        assert (refused.exit_code, says in refused.output) == (1, True)
    assert (tmp_path / "copy.vault").read_text() == "mine"
    assert not (tmp_path / "copy").exists()


def test_a_backup_of_the_other_kind_is_refused(open_house: Open, hotline: Hotline, tmp_path: Path) -> None:
    """SQLite files are not put into PostgreSQL; the address is not even tried."""
    open_house()
    assert hotline("backup", tmp_path / "copy").exit_code == 0
    refused = hotline("restore", tmp_path / "copy", store="postgresql://nobody@127.0.0.1:9/none")
    assert refused.exit_code == 1
    assert "made of a sqlite store" in refused.output


def test_nobody_else_may_be_at_work(open_house: Open, hotline: Hotline, postgres_url: str, tmp_path: Path) -> None:
    """On PostgreSQL a restore is refused while any process is connected, and nothing is changed."""
    house = open_house(store=postgres_url)
    receive(house)
    assert hotline("backup", tmp_path / "copy", store=postgres_url).exit_code == 0
    later = receive(house).position
    refused = hotline("restore", tmp_path / "copy", "--replace", store=postgres_url)
    assert refused.exit_code == 1
    assert "sessions are open" in refused.output
    assert house.hotline.position() == later


def test_an_archive_that_is_none_of_ours(hotline: Hotline, tmp_path: Path, open_house: Open) -> None:
    """A tar of something else, with names that lead out of it, is refused and never unpacked."""
    open_house()
    with tarfile.open(tmp_path / "copy", "w") as tar:
        member = tarfile.TarInfo("../../escaped")
        member.size = 2
        tar.addfile(member, io.BytesIO(b"hi"))
    refused = hotline("restore", tmp_path / "copy", "--replace")
    assert "is no backup" in refused.output
    assert not (tmp_path.parent / "escaped").exists()
