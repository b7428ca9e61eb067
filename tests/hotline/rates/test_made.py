"""Models made without being checked are those that pydantic would make."""

from hotline.rates.answer import Figure, Group
from hotline.rates.made import made

FIELDS = {
    "value": "0.5", "percent": "50.00", "reason": None, "numerator": "1", "denominator": 2, "excluded": {"unreachable": 1},
    "asked": 3, "answered": 2, "coverage": "0.6667", "population": 4, "parts": None, "key": {"unit": "roads"},
}  # fmt: skip


def test_a_model_made_is_the_one_that_is_constructed() -> None:
    """Given all fields, when a model is made of them, then it is equal to, told as, and copied as the checked one."""
    checked, one = Group(**FIELDS), made(Group, dict(FIELDS))  # type: ignore[arg-type]
    assert one == checked
    assert one.model_dump_json() == checked.model_dump_json()
    assert one.model_fields_set == checked.model_fields_set
    assert one.model_copy(update={"asked": 9}) == checked.model_copy(update={"asked": 9})


def test_models_made_share_nothing() -> None:
    """Two models of one class, copied and changed, leave each other as they are."""
    one, two = (made(Figure, {name: value for name, value in FIELDS.items() if name != "key"}) for _ in range(2))
    changed = one.model_copy(update={"asked": 9})
    assert (changed.asked, one.asked, two.asked) == (9, 3, 3)
