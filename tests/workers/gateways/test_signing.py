"""Webhook signatures, by the vectors others use."""

from datetime import UTC, datetime

from workers.gateways.signing import secret_of, signature, signed

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'


def test_the_vector_of_the_reference_libraries() -> None:
    """Secret, id, moment and body of the libraries' own tests give their signature."""
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", BODY) == expected


def test_the_three_headers() -> None:
    """Id and whole seconds stand beside what was signed with them."""
    at = datetime.fromtimestamp(1614265330.9, UTC)
    assert signed(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, BODY) == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_every_part_is_signed() -> None:
    """Another secret, id, moment or body, another signature."""
    seen = {
        signature(SECRET, "m", "1", BODY),
        signature(secret_of(b"x" * 32), "m", "1", BODY),
        signature(SECRET, "n", "1", BODY),
        signature(SECRET, "m", "2", BODY),
        signature(SECRET, "m", "1", BODY + b" "),
    }
    assert len(seen) == 5


def test_a_secret_is_spelled_as_the_standard_wants() -> None:
    """`whsec_` and base64 of 32 bytes."""
    assert secret_of(bytes(32)) == "whsec_" + "A" * 43 + "="
