"""A stand-in for another platform such as 110: a program of its own for tests, demonstrations and integrators.

It speaks the hand-off protocol (`hotline.handoff.messages`) and knows nothing else of the hotline: what it decides, and
how it signs, keeps and sends, it decides by itself. It keeps what it was told in the clear: never give it real requests.
"""
