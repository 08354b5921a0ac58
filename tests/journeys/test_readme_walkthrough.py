"""The README's commands do what it says, against a sandbox."""

import re

import pytest

from tests.builders_programme import ROOT, programme

COMMANDS = re.findall(
    r"^\.venv/bin/affiliate-ops (.+)$", (ROOT / "README.md").read_text(), re.MULTILINE
)


def test_every_command_of_try_it_works(tmp_path, monkeypatch: pytest.MonkeyPatch):
    with programme(tmp_path, monkeypatch, creators=20) as glow:
        answers = {command: glow.cli(*command.split()) for command in COMMANDS}

        assert list(answers) == ["doctor", "plan outreach", "run outreach", "status"]
        assert {command: a.returncode for command, a in answers.items()} == dict.fromkeys(
            answers, 0
        )
        assert len(glow.mails()) == 20
