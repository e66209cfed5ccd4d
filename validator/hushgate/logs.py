"""Structured logs: one JSON object a line, with no secret and no full address in it."""

from __future__ import annotations

import json
import logging
import sys
import time


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "from": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry)


def set_up(level: str) -> None:
    """Sends the package's logs to standard error, one JSON object a line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logger = logging.getLogger("hushgate")
    logger.handlers[:] = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False
