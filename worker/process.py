"""Who we are among processes: an owner's name that tells later whether it is certainly dead."""

import os
import socket
from collections.abc import Iterable
from pathlib import Path


def owner_name() -> str:
    """This process as `machine|boot|pid|start`, unique over reboots and reused pids."""
    pid = os.getpid()
    return f"{_machine()}|{_boot()}|{pid}|{_start_of(pid)}"


def known_dead(owners: Iterable[str]) -> tuple[str, ...]:
    """Those owners that certainly run no more: same machine, and boot or process gone.

    An owner on another machine is never known dead; its claims wait until the longest send is over.
    """
    return tuple(owner for owner in owners if _is_dead(owner))


def _is_dead(owner: str) -> bool:
    parts = owner.split("|")
    if len(parts) != 4 or parts[0] != _machine() or not parts[2].isdigit():
        return False
    return parts[1] != _boot() or _start_of(int(parts[2])) != parts[3]


def _machine() -> str:
    for path in (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id")):
        if path.is_file() and (known := path.read_text().strip()):
            return f"{socket.gethostname()}-{known[:8]}"
    return socket.gethostname()


def _boot() -> str:
    boot = Path("/proc/sys/kernel/random/boot_id")
    return boot.read_text().strip()[:8] if boot.is_file() else "?"


def _start_of(pid: int) -> str:
    """The process's start in clock ticks since boot; "" when there is no such process."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, IndexError):
        return ""
    return "" if after_name[0] == "Z" else after_name[19]
