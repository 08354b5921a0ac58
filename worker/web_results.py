"""GET /results: what outreach brought, as a table and a picture."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import TypeVar

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from automations.results import By, Happened
from worker import results_chart
from worker.ledger.engine import Ledger
from worker.results import USUAL_SPAN, Results, in_words, read_results

E = TypeVar("E", bound=Enum)


def results_pages(
    pages: Blueprint,
    ledger: Callable[[], Ledger],
    bases: Mapping[str, str],
    now: Callable[[], datetime],
) -> None:
    """Add the pages to the staff's, behind their login."""

    def read(name: str, by: By) -> Results:
        since = now() - USUAL_SPAN
        return read_results(ledger(), name, bases[name], by=by, since=since, now=now())

    @pages.get("/results")
    def results() -> str:
        by = _chosen(By, request.args.get("by", ""), By.STEP)
        return render_template(
            "results.html",
            found=[read(name, by) for name in bases],
            by=by,
            choices=By,
            kinds=Happened,
            in_words=in_words,
            several=len(bases) > 1,
            has_picture=_has_picture,
        )

    @pages.get("/results/<name>.svg")
    def chart(name: str) -> ResponseReturnValue:
        if name not in bases:
            abort(404)
        by = _chosen(By, request.args.get("by", ""), By.STEP)
        what = _chosen(Happened, request.args.get("what", ""), Happened.REPLY)
        picture = results_chart.drawn(read(name, by), what)
        return Response(picture, mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})


def _has_picture(found: Results) -> bool:
    """Whether anything is ripe yet; an empty chart tells nothing."""
    return any(line.rates[Happened.REPLY].share is not None for line in found.lines)


def _chosen(kind: type[E], written: str, usual: E) -> E:
    try:
        return kind(written)
    except ValueError:
        return usual
