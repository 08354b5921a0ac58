"""Errors by what may be done next.

GatewayError
├── NotDone         certainly nothing happened: may be tried again (after `wait_s`, if named)
├── Refused         the other side said no for good: never again
└── OutcomeUnknown  it may or may not have happened: only a person may repeat it
Misconfigured       a setting or a base is wrong: exit 2, nothing was tried
ServiceDown         an outside service cannot be reached: exit 3
"""


class GatewayError(Exception):
    """Something at an outside system; `scope` says who else must stop ("" | mailbox | channel)."""

    def __init__(self, message: str, *, wait_s: float = 0.0, scope: str = "") -> None:
        super().__init__(message)
        self.wait_s = wait_s
        self.scope = scope


class NotDone(GatewayError):
    """Certain that nothing happened; the action may be tried again."""


class Refused(GatewayError):
    """The other side refused for good; this action is never tried again."""


class OutcomeUnknown(GatewayError):
    """Nobody can know whether it happened; a person decides."""


class Misconfigured(Exception):
    """A setting, key or base is wrong; the message names it and says what to do (exit 2)."""


class ServiceDown(Exception):
    """An outside service cannot be reached; the message names it (exit 3)."""
