"""A message is taken off the bus before what it asks for has been done."""

from typing import Any

CAUGHT_BY = "every reaction once"
ONLY = ("notify before the effect", "kill notify")


def apply() -> None:
    from workers import broker

    def subscribe(nats: Any, name: str, handler: Any, ladder: tuple[float, ...]) -> None:
        real = nats.subscriber

        def subscriber(*args: Any, **kwargs: Any) -> Any:
            put = real(*args, **kwargs)

            def early(climb: Any) -> Any:
                async def first_the_ack(message: Any) -> None:
                    await message.ack()
                    await climb(message)

                return put(first_the_ack)

            return early

        nats.subscriber = subscriber
        whole(nats, name, handler, ladder)
        nats.subscriber = real

    whole = broker._subscribe
    broker._subscribe = subscribe  # type: ignore[assignment]
