"""What a proof of work costs in the browsers of this machine: ``PYTHONPATH=validator:tests:demo_site python -m bench.step_up``.

Nothing is asserted. A phone takes a few times as long: divide its tries a second by the bounds of docs/step-up.md.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from browsers import opened
from test_step_up_browsers import shop

TRIES = 4000


def main() -> None:
    """Prints, for each browser, how many tries it makes in a second, on all of its workers together."""
    for kind in ("chromium", "firefox"):
        with (
            tempfile.TemporaryDirectory() as folder,
            shop(Path(folder), TRIES) as here,
            opened(kind, f"{here.url}/go"),
        ):
            if not here.opened(120):
                sys.exit(f"{kind}: no answer in two minutes")
            counter, milliseconds = here.solutions[0]
            print(f"{kind:9} {counter / milliseconds * 1000:6.0f} tries a second ({counter} in {milliseconds} ms)")


if __name__ == "__main__":
    main()
