"""The sandbox as a whole: what its env file names is there, filled as asked, then gone."""

import os
import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import redis
import requests
from imap_tools import MailBoxUnencrypted
from redis.backoff import NoBackoff
from redis.retry import Retry

from sandbox.imap import PASSWORD
from sandbox.mail import BRAND
from sandbox.people import invented
from sandbox.run import Sandbox, serve
from sandbox.seed import BASE_ID
from schemas.base import TABLES
from schemas.rules import FIRST_PASS, SETTINGS_ROWS, Rules
from schemas.tables import creators
from tests.builders_services import offer, valkey

ROOT = Path(__file__).parents[2]


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(tmp_path) as sandbox:
        yield sandbox


def sourced(env_file: Path) -> Mapping[str, str]:
    """The variables a shell has after reading the file."""
    script = f'set -a; . "{env_file}"; exec env -0'
    shell = subprocess.run(["/bin/sh", "-c", script], env={}, capture_output=True, check=True)
    pairs = (line.partition("=") for line in shell.stdout.decode().split("\0") if line)
    return {name: value for name, _, value in pairs}


def rows(sandbox: Sandbox, table: str) -> list[dict[str, object]]:
    env = sandbox.environment()
    answer = requests.get(
        f"{env['AIRTABLE_URL']}/v0/{BASE_ID}/{table}",
        headers={"Authorization": f"Bearer {env['AIRTABLE_API_KEY']}"},
        timeout=5,
    )
    return [record["fields"] for record in answer.json()["records"]]


def test_a_shell_reads_the_env_file_as_it_was_meant(sandbox):
    env = sourced(sandbox.env_file)

    assert {name: env[name] for name in sandbox.environment()} == sandbox.environment()


def test_all_that_the_env_file_names_answers(sandbox):
    env = sourced(sandbox.env_file)

    smtp, imap = urlsplit(env["SMTP_URL"]), urlsplit(env["IMAP_URL"])
    with smtplib.SMTP(str(smtp.hostname), smtp.port or 0) as client:
        offer(client)
    with MailBoxUnencrypted(str(imap.hostname), imap.port or 0).login(BRAND, PASSWORD) as box:
        assert box.uids() == []
    with redis.Redis.from_url(env["REDIS_URL"]) as client:
        assert client.ping()
    answer = requests.post(env["DISCORD_WEBHOOK_ALERTS"], json={"content": "hello"}, timeout=5)
    assert answer.status_code == 204
    assert [entry["channel"] for entry in sandbox.world.discord] == ["alerts"]


def test_a_base_is_empty_until_init_fills_it(sandbox):
    assert sandbox.store.base(BASE_ID).tables == {}


def test_a_seeded_base_is_as_after_init_with_every_brake_open(tmp_path):
    with Sandbox(tmp_path, creators=30) as sandbox:
        found = rows(sandbox, creators.TABLE.name)
        settings = {
            row["Name"]: row["Value"] for row in rows(sandbox, "Settings") if "Value" in row
        }
        made = sandbox.store.base(BASE_ID).tables.values()

    assert [table.name for table in made] == [table.name for table in TABLES]
    assert settings.keys() - {FIRST_PASS} <= {setting.name for setting in SETTINGS_ROWS}
    assert (settings["Sending"], settings["Sending hours"]) == ("on", "00:00-24:00")
    assert len(found) == 30
    assert all(row[creators.SEQUENCE.name] for row in found)
    assert len({row[creators.COUNTRY.name] for row in found}) > 5


def test_what_the_seed_sets_is_allowed(tmp_path):
    with Sandbox(tmp_path, creators=1) as sandbox:
        values = {row["Name"]: row.get("Value", "") for row in rows(sandbox, "Settings")}

    rules = Rules()
    for setting in SETTINGS_ROWS:
        rules = setting.parse(rules, str(values[setting.name]))
    assert rules.sending


def test_invented_people_are_all_different_reachable_and_the_same_next_time():
    people = invented(10_000)

    for part in ("handle", "email"):
        assert len({getattr(person, part) for person in people}) == len(people)
    assert len({person.name for person in people[:1000]}) == 1000
    assert all(person.handle.isascii() and len(person.handle) <= 30 for person in people)
    assert all(ZoneInfo(person.time_zone) for person in people if person.time_zone)
    assert {person.email.rpartition("@")[2] for person in people} == {
        "example.com",
        "example.org",
        "example.net",
    }
    assert invented(10_000) == people


def test_a_new_sandbox_in_the_same_place_knows_nothing_of_the_old_one(tmp_path):
    with Sandbox(tmp_path) as old:
        (tmp_path / "ledger.db").write_text("of a base that is gone")
        with smtplib.SMTP("127.0.0.1", old.mail.smtp_port) as client:
            offer(client)

    with Sandbox(tmp_path):
        assert not (tmp_path / "ledger.db").exists()
        assert (tmp_path / "mail.jsonl").read_text() == ""


def test_a_second_sandbox_on_the_same_port_leaves_the_first_ones_files_alone(sandbox, capsys):
    with pytest.raises(SystemExit) as ended:
        serve(str(sandbox.directory), sandbox.server.port, 0)

    assert ended.value.code == 2
    assert "--port" in capsys.readouterr().err
    assert sandbox.env_file.exists()


def test_creators_write_through_the_control_api_and_their_mail_is_read_by_imap(sandbox):
    letter = {"from": "luana@example.com", "subject": "Re: hello", "text": "Quero sim!"}
    raw = {"raw": "From: x@example.com\r\nSubject: \xff\r\n\r\nhi", "encoding": "latin-1"}

    for asked in (letter, raw | {"folder": "Spam"}):
        answer = requests.post(f"{sandbox.url}/sandbox/inbox", json=asked, timeout=5)
        assert answer.status_code == 200

    with MailBoxUnencrypted("127.0.0.1", sandbox.mail.imap_port).login(BRAND, PASSWORD) as box:
        assert [mail.text.strip() for mail in box.fetch(mark_seen=False)] == ["Quero sim!"]
        box.folder.set("Spam")
        assert len(box.uids()) == 1


def test_the_pages_show_mails_and_posts_and_run_nothing_in_them(sandbox):
    evil = "<script>alert(1)</script>"
    with smtplib.SMTP("127.0.0.1", sandbox.mail.smtp_port) as client:
        client.sendmail(BRAND, ["ana@example.org"], f"Subject: {evil}\r\n\r\n{evil}")
    requests.post(
        sandbox.environment()["DISCORD_WEBHOOK_STAFF"],
        json={"content": evil, "embeds": [{"title": evil}]},
        timeout=5,
    )

    for page in ("/mail", "/mail/0", "/channels"):
        shown = requests.get(sandbox.url + page, timeout=5)
        assert shown.status_code == 200
        assert evil not in shown.text
        assert "&lt;script&gt;alert(1)" in shown.text
    logs = [requests.get(f"{sandbox.url}/sandbox/{log}", timeout=5) for log in ("mail", "discord")]
    assert [len(log.json()) for log in logs] == [1, 1]


def test_limits_change_one_at_a_time(sandbox):
    asked = {"discord_per_2s": 50}

    told = requests.post(f"{sandbox.url}/sandbox/limits", json=asked, timeout=5).json()

    assert (told["discord_per_2s"], told["discord_per_minute"], told["per_second"]) == (50, 30, 5)


def test_valkey_ends_with_the_process_that_started_it_even_by_kill(tmp_path):
    code = (
        "import sys, pathlib, time; from sandbox.services import Valkey;"
        "v = Valkey(pathlib.Path(sys.argv[1])); print(v.pid, v.port, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout
        pid, port = map(int, owner.stdout.readline().split())
        with redis.Redis(port=port, retry=Retry(NoBackoff(), 0)) as client:
            client.ping()
            owner.kill()
            owner.wait()
            with pytest.raises(redis.ConnectionError):  # the connection ends when Valkey does
                client.blpop(["nothing"], timeout=20)
    assert _is_gone(pid)


def _is_gone(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


def test_two_valkeys_do_not_share(tmp_path):
    with valkey(tmp_path / "a") as one, valkey(tmp_path / "b") as two:
        with redis.Redis.from_url(one.url) as client:
            client.set("key", "value")
        with redis.Redis.from_url(two.url) as client:
            assert client.get("key") is None


def test_sigterm_ends_the_command_and_frees_everything(tmp_path):
    code = "from sandbox.run import serve; import sys; serve(sys.argv[1], 0, 3)"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"]},
    ) as served:
        assert served.stdout
        told = [served.stdout.readline() for _ in range(6)]
        url = sourced(tmp_path / "env")["REDIS_URL"]
        with redis.Redis.from_url(url) as client:
            assert client.ping()
        served.send_signal(signal.SIGTERM)
        assert served.wait(10) == 0

    assert "3 creators due now" in "".join(told)
    with redis.Redis.from_url(url) as client, pytest.raises(redis.ConnectionError):
        client.ping()
