"""Requests as they come in: uvicorn over httptools, with the limit to a request's head that httptools leaves to others."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_LIMIT = 64 * 1024
"""Bytes that may come of a request's line and headers, or behind its body, before they are complete.  (ours)"""


class Heads(HttpToolsProtocol):
    """One connection, closed when more comes than a head may have."""

    _kept = 0
    """Bytes that have come since something was last complete: no more are kept here, but for what one read brings."""

    def data_received(self, data: bytes) -> None:
        self._kept += len(data)
        super().data_received(data)
        if self._kept > HEAD_LIMIT and not self.transport.is_closing():
            self.send_400_response("Invalid HTTP request received.")  # as for every other request that is none

    def on_headers_complete(self) -> None:
        self._kept = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._kept = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._kept = 0
        super().on_message_complete()
