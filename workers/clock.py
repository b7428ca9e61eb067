"""The clock: works through what waits for its moment, and tidies what has run out.

Nothing sleeps until a moment: what waits stands in the due list, so a moment that came while nobody was here is dealt with
on return, once. Whether a level may ring at all is decided by whose clock it is, never here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Event

import structlog

from hotline.facts import SYSTEM
from hotline.ticket.supervising import ConfirmDues
from hotline.timers import ring
from projections import due_list
from projections.database import is_loss
from projections.follow import wait_until
from workers.attachments import attached
from workers.compose import House
from workers.keyed import with_facts

log = structlog.get_logger()

LOOK_EVERY = 0.25  # seconds
BATCH = 200
TIDY_EVERY = timedelta(hours=1)
KEEP = timedelta(days=1)
"""How long an unused key, or an answer kept for repeating, outlives its time: longer than any command takes."""
VIEW = due_list.VIEW.name


class TheClock:
    """One clock for one house. `patience`: seconds it waits for the view to see what has rung, before it looks again."""

    def __init__(self, house: House, *, patience: float = 2.0) -> None:
        self._house, self._patience = house, patience
        self._tidied_at = house.now() - TIDY_EVERY

    def run(self, stop: Event) -> None:
        """Until `stop`: first the dues a new calendar settles, so that none rings by the old count; then the moments."""
        if not self._wait_for_view(stop):
            return
        self.confirm()
        while not stop.is_set():
            if self.ring(stop) == 0:
                stop.wait(LOOK_EVERY)
            if self._house.now() - self._tidied_at >= TIDY_EVERY:
                self.confirm()  # again those that failed
                self.tidy()

    def ring(self, stop: Event | None = None) -> int:
        """Ring what is due now, until `stop`; returns how many timers were dealt with."""
        house, position, done = self._house, 0, 0
        for timer in due_list.due(house.views, house.now(), BATCH):
            if stop is not None and stop.is_set():
                break
            try:
                command = ring(timer.kind, timer.clock, timer.level)
                position = max(position, house.hotline.handle(command, on=timer.stream, by=SYSTEM).position)
                done += 1
            except Exception as failure:  # noqa: BLE001  # one stream's trouble must not keep the others waiting
                log.error(
                    "not_rung",
                    kind=timer.kind,
                    stream=str(timer.stream),
                    clock=timer.clock,
                    error=type(failure).__name__,
                )
        if done:  # what has rung leaves the list only when the view has seen it
            wait_until(house.views, VIEW, position, timeout=self._patience)
        return done

    def confirm(self) -> int:
        """Count the dues again that a calendar published since has made certain; returns for how many tickets."""
        tickets, done = due_list.provisional(self._house.views, self._house.rules.calendar.known_until), 0
        for ticket in tickets:
            try:
                self._house.hotline.handle(ConfirmDues(), on=ticket, by=SYSTEM)
                done += 1
            except Exception as failure:  # one ticket's trouble must not keep every alarm waiting
                if is_loss(failure):
                    raise
                log.error("not_confirmed", ticket=str(ticket), error=type(failure).__name__)
        if done:
            log.info("dues_confirmed", tickets=done)
        return done

    def tidy(self) -> None:
        """Destroy keys and files whose facts never came, answers nobody will ask for again, and old rows of who saw what."""
        house, before = self._house, (self._house.now() - KEEP).astimezone(UTC)
        swept = self._sweep(before)
        forgotten = house.hotline.store.forget_replies(before)
        self._tidy_files(before)
        looks = house.access.forget(house.now() - timedelta(days=house.settings.access_kept_days), house.now())
        self._tidied_at = house.now()
        log.info("tidied", orphan_keys=swept, kept_answers=forgotten, looks=looks)

    def _tidy_files(self, before: datetime) -> None:
        """Attachments that waited for their fact since the process that took them died: in their place, or gone."""
        house, swept = self._house, 0
        for ticket, attachment in house.attachments.waiting(before):
            if attachment in attached(house.hotline.history(ticket)):
                house.attachments.settle(ticket, attachment)
            else:
                house.attachments.drop(ticket, attachment)
                swept += 1
        if swept:
            log.info("files_swept", files=swept)

    def _sweep(self, before: datetime) -> int:
        """Destroy keys whose facts never came; returns how many."""
        vault = self._house.vault
        oldest = vault.oldest_unsettled(before)
        if oldest is None:
            return 0
        since = oldest - KEEP  # what a command writes bears the moment at which it began
        return vault.sweep_orphans(lambda tickets: with_facts(self._house.hotline, tickets, since), before)

    def _wait_for_view(self, stop: Event) -> bool:
        """Whether the due list has reached where the log ended when we began; False when asked to stop first."""
        end = self._house.hotline.position()
        while not stop.is_set():
            if wait_until(self._house.views, VIEW, end, timeout=0.5):
                return True
        return False
