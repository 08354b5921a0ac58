"""Logs for the engineer: `event key=value`, never bodies, addresses or tokens."""

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_SECRET = re.compile(r"(pat\w{8,}\.\w+|/webhooks/\d+/[\w-]+|://[^/\s:@]+:[^/\s@]+@)")


def configure(log_format: str) -> None:
    """Send logs to standard error, as lines for people or as JSON."""
    final: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _without_secrets,
            final,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )


def _without_secrets(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Tracebacks and other people's error texts may quote what must not be logged."""
    return {
        key: _SECRET.sub("[secret]", _ADDRESS.sub("[address]", value))
        if isinstance(value, str)
        else value
        for key, value in event.items()
    }
