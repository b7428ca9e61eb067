"""What the view of consultations keeps."""

from hotline.consultation.offering import Decline, NoteNobody, Offer
from hotline.facts import SYSTEM
from projections.consultations import fold
from projections.view import Doc
from tests.experts import Centre


def test_what_is_kept_is_the_same_in_whichever_process_it_was_made() -> None:
    """Given a question that six seats declined, its row has seats and reasons in one order: a set has another one in each
    process, and a view built anew elsewhere would be called different from the live one."""
    centre = Centre()
    experts = [centre.sits(name) for name in ("ex5", "ex1", "ex6", "ex3", "ex2", "ex4")]
    asked = centre.asks()
    for expert in experts:
        centre.do(Offer(seat=expert.id), asked, SYSTEM)
        centre.do(Decline(), asked, expert)
    centre.do(NoteNobody(reason="all_engaged"), asked, SYSTEM)
    doc: Doc | None = None
    for recorded in centre.log:
        if recorded.originator_id == asked:
            doc = fold(doc, recorded)
    assert doc is not None
    assert doc["now"]["tried"] == ["ex1", "ex2", "ex3", "ex4", "ex5", "ex6"]
    assert doc["now"]["failed"] == ["all_engaged", "declined"]
