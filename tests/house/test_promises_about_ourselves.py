"""The project's promises about itself: sizes, docstrings, documented settings."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import typer

from worker.cli import app
from worker.settings import Settings

ROOT = Path(__file__).parents[2]
CLI = ROOT / "docs" / "cli.md"
MODULES = sorted(
    path
    for folder in ("schemas", "automations", "worker", "sandbox")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_functions_stay_readable(module: Path):
    source = module.read_text()
    tree = ast.parse(source)
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]

    assert ast.get_docstring(tree), "a module says what its one job is"
    assert len(source.splitlines()) <= 350
    assert all((f.end_lineno or 0) - f.lineno < 46 for f in functions)


def test_every_setting_is_in_the_readme_and_the_example():
    readme, example = (ROOT / "README.md").read_text(), (ROOT / ".env.example").read_text()
    settings = {name.upper(): field.description for name, field in Settings.model_fields.items()}

    documented = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|$", readme, re.MULTILINE))

    assert documented == settings
    assert set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE)) == set(settings)


def test_the_repo_speaks_of_the_product_alone():
    words = ["python" + "hosted", "py" + "pi.org", "/" + "work/", "/" + "root/"]
    tracked = [
        *ROOT.glob("*.*"),
        *MODULES,
        *(ROOT / "docs").glob("*"),
        *(ROOT / "tests").rglob("*.py"),
    ]

    named = [
        p.name
        for p in tracked
        if p.is_file() and p.suffix != ".png" and p.name != ".git"
        for w in words
        if w in p.read_text()
    ]

    assert named == []


def commands(command: Any, *names: str) -> list[str]:
    inner = getattr(command, "commands", None)
    if inner is None:
        return [" ".join(names)]
    return [path for name, one in inner.items() for path in commands(one, *names, name)]


def test_every_command_is_in_the_documentation():
    documented = set(re.findall(r"^## `([a-z]+(?: [a-z-]+)*)", CLI.read_text(), re.MULTILINE))

    assert documented == set(commands(typer.main.get_command(app)))
