"""The Airtable Web API under /v0."""

from flask import Blueprint

from sandbox.world import World


def front(world: World) -> Blueprint:  # noqa: ARG001  # filled in next
    """Everything under /v0."""
    return Blueprint("airtable", __name__)
