"""Text messages to callers, over a gateway that takes JSON by HTTP.

    POST <HOTLINE_SMS_URL>
    Idempotency-Key: <the errand's key>     Authorization: Bearer <token>
    {"id": <the same key>, "to": "13800000000", "text": "…"}

2xx is taken for accepted, whatever it says; a key that comes again must send nothing again. A gateway that speaks
otherwise gets a small adapter in front.
"""

from __future__ import annotations

from datetime import datetime

from pydantic_core import to_json

from hotline.vault import Restricted
from hotline.vault.phones import takes_texts
from workers.compose import House
from workers.gateways.addresses import addresses_of, target_of
from workers.gateways.errands import Errand
from workers.gateways.outcome import Away, Dropped, Outcome
from workers.gateways.post import post


class Texts:
    """The gateway named by HOTLINE_SMS_URL, which whoever runs the hotline may have anywhere, also inside."""

    way, wakes_people, shared = "text", True, True

    def __init__(self, house: House) -> None:
        self._house = house
        self._target = target_of(str(house.settings.sms_url))
        self.per_second = house.settings.sms_per_second

    def carry(self, errand: Errand, now: datetime) -> Outcome:
        """Hand one message over. Number and words are in the clear here and on the wire only."""
        to = self._number(errand)
        if isinstance(to, Dropped):
            return to
        text = self._text(errand)
        if text is None:
            return Dropped("erased")
        try:
            address = addresses_of(self._target.host, self._target.port)[0]
            headers = self._headers(errand)
        except OSError:  # no such name for now, or a token file that is being replaced
            return Away("not_set_up")
        body = to_json({"id": errand.key, "to": to, "text": text})
        return post(self._target, address, body, headers, now)

    def _number(self, errand: Errand) -> str | Dropped:
        """Where the caller can be told, as things stand now and not when the notice was written."""
        ticket = self._house.hotline.ticket(errand.ticket_id)
        if ticket is None or ticket.erased:
            return Dropped("erased")
        if ticket.restricted:
            return Dropped("restricted")
        if ticket.contact_preference == "none" or ticket.person_id is None:
            return Dropped("not_wanted")
        try:
            known = self._house.vault.identity(ticket.person_id)
        except Restricted:
            return Dropped("restricted")
        if known is None or known.phone is None:
            return Dropped("no_number")
        return known.phone if takes_texts(known.phone) else Dropped("no_mobile")

    def _text(self, errand: Errand) -> str | None:
        told = self._house.outbox.find(errand.fact_id, errand.recipient)
        link = f"{self._house.settings.public_url.rstrip('/')}/l/{self._house.hotline.token_of(errand.ticket_id)}"
        return told.text(link=link) if told else None

    def _headers(self, errand: Errand) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Idempotency-Key": errand.key}
        path = self._house.settings.sms_token_file
        if path is not None:  # read each time: a token that is replaced counts at once
            headers["Authorization"] = f"Bearer {path.read_text(encoding='ascii').strip()}"
        return headers
