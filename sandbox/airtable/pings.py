"""Pings: tells a webhook's notificationUrl, from a thread of its own, that there is something new.

What happens while a ping is on its way is told by the next one; after 13 failures in a row Airtable
gives up on the URL, and so do we.
"""

import hashlib
import hmac
import json
import threading
import time
from datetime import datetime

import requests

from sandbox.airtable.hooks import Hook
from sandbox.airtable.model import instant

MAC = "X-Airtable-Content-MAC"
_GIVES_UP_AFTER = 13
_LOCK = threading.Lock()


def ring(base_id: str, hook: Hook, now: datetime) -> None:
    """Ping the hook's URL, if it has one; a ping on its way is followed by one more."""
    with _LOCK:
        hook.rings += 1
        if not hook.url or not hook.notifies or hook.is_ringing:
            return
        hook.is_ringing = True
    threading.Thread(target=_ring, args=(base_id, hook, now), daemon=True).start()


def _ring(base_id: str, hook: Hook, now: datetime) -> None:
    told = -1
    while True:
        with _LOCK:
            hook.is_ringing = told != hook.rings and hook.notifies
            told = hook.rings
        if not hook.is_ringing:
            return
        _post(base_id, hook, now)


def _post(base_id: str, hook: Hook, now: datetime) -> None:
    body = json.dumps(
        {"base": {"id": base_id}, "webhook": {"id": hook.id}, "timestamp": instant(now)}
    ).encode()
    mac = hmac.new(hook.secret, body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", MAC: f"hmac-sha256={mac}"}
    start, problem = time.monotonic(), ""
    try:
        answer = requests.post(str(hook.url), data=body, headers=headers, timeout=5)
        problem = "" if answer.ok else f"status {answer.status_code}"
    except requests.RequestException as error:
        problem = type(error).__name__
    hook.failures = hook.failures + 1 if problem else 0
    hook.notifies = hook.notifies and hook.failures < _GIVES_UP_AFTER
    hook.notified_at = hook.notified_at if problem else now
    hook.result = {
        "success": not problem,
        "completionTimestamp": instant(now),
        "durationMs": round((time.monotonic() - start) * 1000, 1),
        "retryNumber": max(0, hook.failures - 1),
    } | ({"error": {"message": problem}, "willBeRetried": hook.notifies} if problem else {})
