"""The pen: whoever holds it writes for everybody who waits, in one transaction."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock

from eventsourcing.persistence import IntegrityError, PersistenceError, StoredEvent

from hotline.command import Refused, Staff, nobody
from hotline.facts import FactMapper
from hotline.rules import Rules
from hotline.store import Beside, ClockBehind, Log, stamp_of
from hotline.streams import Streams
from hotline.vault import Vault, VaultConflict
from hotline.writing import Job, Page, Written

AT_ONCE = 64
"""The most commands written in one transaction."""
TRIES = 20
"""How often one command is decided again when another process was quicker."""


class Pen:
    """Writes jobs together; ``tell`` is called after each commit."""

    def __init__(
        self,
        log: Log,
        mapper: FactMapper,
        streams: Streams,
        rules: Rules,
        vault: Vault,
        *,
        now: datetime,
        tell: Callable[[], None],
        staff: Staff = nobody,
    ) -> None:
        self._log, self._mapper, self._streams, self._rules, self._vault = log, mapper, streams, rules, vault
        self._tell, self._staff = tell, staff
        self._waiting: deque[Job] = deque()
        self._held = Lock()
        self.last_stamp = self._stamp_at_end(now)
        """When the last fact was recorded; no later one is stamped earlier."""

    def page(self, stamp: datetime) -> Page:
        """An empty page on which jobs are decided as of ``stamp``, never before the last fact."""
        return Page(self._streams, self._log, self._rules, self._vault, max(stamp, self.last_stamp), self._staff)

    def write(self, job: Job) -> Written:
        """Decide and write a job, with everybody else's that waits.  Raises what became of it."""
        self._waiting.append(job)
        with self._held:
            while not job.done.is_set():
                self._write_together([self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))])
        return job.result()

    def _write_together(self, jobs: Sequence[Job]) -> None:
        try:
            self._attempt(jobs)
        except (IntegrityError, ClockBehind, VaultConflict):
            for job in jobs:
                self._write_alone(job)
        except Exception as failure:  # noqa: BLE001  # handed to those who asked; the pen goes on to the next
            for job in jobs:
                job.finish(failure)
        except BaseException as failure:
            for job in jobs:
                job.finish(failure)
            raise

    def _write_alone(self, job: Job) -> None:
        for _ in range(TRIES):
            try:
                self._attempt([job])
            except (IntegrityError, VaultConflict):
                continue
            except ClockBehind as behind:
                self.last_stamp = max(self.last_stamp, behind.last)
            except Exception as failure:  # noqa: BLE001  # handed to the one who asked
                job.finish(failure)
            if job.done.is_set():
                return
        job.finish(Refused("busy"))

    def _attempt(self, jobs: Sequence[Job]) -> None:
        pages = [self._decided(jobs)]
        positions: Sequence[int] = ()
        if pages[0].recorded or pages[0].replies or pages[0].inbox:

            def again(last: datetime) -> tuple[Sequence[StoredEvent], Beside]:
                """Others have written since: decide in the turn that is ours now, or those who write without pause would
                be quicker every time."""
                self.last_stamp = max(self.last_stamp, last)
                pages.append(self._decided(jobs))
                return self._stored(pages[-1]), pages[-1].beside

            first = pages[0]
            try:
                positions = (
                    self._log.insert_events(self._stored(first), beside=first.beside, stamped=first.stamp, again=again)
                    or ()
                )
            except (PersistenceError, ClockBehind):
                ours = self._ours(pages[-1])
                if ours is None:
                    raise
                positions = ours
        page = pages[-1]
        self.last_stamp = page.stamp
        end = positions[-1] if positions else self._end()
        for stream, (version, state) in page.states():
            self._streams.keep(stream, version, state)
        for job, outcome in page.placed(positions, end):
            job.finish(outcome)
        if positions:
            self._tell()

    def _decided(self, jobs: Sequence[Job]) -> Page:
        page = self.page(max(job.at for job in jobs))
        for job in jobs:
            page.decide(job)
        if page.recorded or page.replies or page.inbox:
            self._vault.flush()  # keys first: a key without facts is swept, facts without their key are lost
        return page

    def _stored(self, page: Page) -> list[StoredEvent]:
        return [self._mapper.to_stored_event(r) for r in page.recorded]

    def _ours(self, page: Page) -> list[int] | None:
        """Where our own facts stand, if they do: a commit can succeed and the caller still see an error."""
        if not page.recorded:
            return None
        places = []
        for recorded in page.recorded:
            stored = self._log.select_events(recorded.originator_id, gt=recorded.originator_version - 1)
            if not stored or stored[0].state != self._mapper.to_stored_event(recorded).state:
                return None
            places.append(self._log.position_of(recorded.originator_id, recorded.originator_version) or 0)
        return places

    def _end(self) -> int:
        return self._log.max_notification_id() or 0

    def _stamp_at_end(self, now: datetime) -> datetime:
        end = self._end()
        last = self._log.select_notifications(end, 1) if end else ()
        return stamp_of(last[0].state) if last else now
