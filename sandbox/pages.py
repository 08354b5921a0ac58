"""Plain pages to look at the world; `layout` and `grid` are for every front's pages."""

from collections import Counter
from collections.abc import Iterable, Sequence

from flask import Blueprint, abort
from markupsafe import Markup

from sandbox.airtable import values
from sandbox.world import World

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; color: #1f2430; background: #f6f7f9 }
nav { background: #1f2430; padding: .7rem 1.5rem } nav a { color: #fff; margin-right: 1.2rem }
main { padding: 1rem 1.5rem } a { color: #1f5fbf; text-decoration: none } h1 { font-size: 1.4rem }
.wide { overflow-x: auto } table { border-collapse: collapse; background: #fff }
th, td { border: 1px solid #dde1e7; padding: .3rem .6rem; text-align: left; vertical-align: top }
th { background: #eceff3; position: sticky; top: 0 } td { white-space: pre-wrap; max-width: 28rem }
"""
_PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    "<style>{style}</style></head><body>"
    '<nav><a href="/">Bases</a><a href="/channels">Channels</a><a href="/mail">Mail</a></nav>'
    "<main><h1>{title}</h1>{body}</main></body></html>"
)


def layout(title: str, *sections: Markup) -> str:
    """One whole page with the sandbox's look; sections are escaped already."""
    return _PAGE.format(title=title, style=Markup(_STYLE), body=Markup("\n").join(sections))  # noqa: S704  # our own constants


def link(href: str, text: str) -> Markup:
    """A link; both parts are escaped here."""
    return Markup('<a href="{}">{}</a>').format(href, text)


def grid(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """An HTML table; cells are escaped unless they are Markup."""
    th, td = Markup("<th>{}</th>"), Markup("<td>{}</td>")
    lines = [Markup().join(td.format(cell) for cell in row) for row in rows]
    body = Markup().join(Markup("<tr>{}</tr>").format(line) for line in lines)
    return Markup('<div class="wide"><table><tr>{}</tr>{}</table></div>').format(
        Markup().join(th.format(name) for name in head), body
    )


def front(world: World) -> Blueprint:
    """The front page and the bases."""
    pages = Blueprint("pages", __name__)

    @pages.get("/")
    def index() -> str:
        bases = [
            (link(f"/bases/{base.id}", base.name), base.id, len(base.tables))
            for base in world.airtable.bases.values()
        ]
        posts = Counter(str(post["channel"]) for post in list(world.discord))
        return layout(
            "The sandbox",
            grid(["Base", "Id", "Tables"], bases),
            Markup("<h2>Channels</h2>"),
            grid(["Channel", "Posts"], sorted(posts.items())),
        )

    @pages.get("/bases/<base_id>")
    def base_page(base_id: str) -> str:
        base = world.airtable.bases.get(base_id) or abort(404)
        tables = [
            (
                link(f"/bases/{base.id}/{table.id}", table.name),
                len(table.rows),
                ", ".join(view.name for view in table.views.values()),
            )
            for table in base.tables.values()
        ]
        return layout(base.name, grid(["Table", "Rows", "Views"], tables))

    @pages.get("/bases/<base_id>/<table_name>")
    def table_page(base_id: str, table_name: str) -> str:
        base = world.airtable.bases.get(base_id) or abort(404)
        table = base.table(table_name) or abort(404)
        names = [field.name for field in table.fields.values()]
        with base.lock:
            rows = [table.cells(record) for record in table.rows.values()]
        return layout(
            f"{base.name}: {table.name}",
            grid(names, [[_shown(cells.get(name, "")) for name in names] for cells in rows]),
        )

    return pages


def _shown(value: object) -> object:
    return values.text(value) if isinstance(value, list | dict) else value
