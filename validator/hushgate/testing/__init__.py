"""For a site's own tests: force an outcome, and prove that a ghost's answer cannot be told from a real one.

>>> from hushgate.testing import assert_indistinguishable, token
>>> real = [sign_up(token(gate, "allow")) for _ in range(5)]        # doctest: +SKIP
>>> ghost = [sign_up(token(gate, "ghost")) for _ in range(5)]       # doctest: +SKIP
>>> assert_indistinguishable(real, ghost)                           # doctest: +SKIP

Responses of requests, httpx, Starlette, Flask, Werkzeug and Django will do, and so will an ``Answer``.
"""

from hushgate.testing.answers import Answer as Answer
from hushgate.testing.compare import assert_indistinguishable as assert_indistinguishable
from hushgate.testing.compare import differences as differences
from hushgate.testing.tokens import token as token
