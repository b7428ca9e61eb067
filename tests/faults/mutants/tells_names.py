"""A helpful line in the log says whose request was taken down."""

from typing import Any

CAUGHT_BY = "nothing personal anywhere"
ONLY = ("kill web 1",)


def apply() -> None:
    import structlog

    from hotline.application import Hotline

    whole = Hotline.receive

    def receive(self: Hotline, request: Any, **given: Any) -> Any:
        structlog.get_logger().info("taken_down", caller=request.caller.name)
        return whole(self, request, **given)

    Hotline.receive = receive  # type: ignore[method-assign]
