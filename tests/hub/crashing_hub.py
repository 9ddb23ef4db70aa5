"""The hub's ingest with a gun to its head: kills itself around a commit. Run as a script.

`python crashing_hub.py BROKER DATABASE before|after COUNT` ends by SIGKILL at the COUNTth commit,
before it takes effect or after it and before the acknowledgement.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import UTC, datetime

import sqlalchemy as sa

from hub import database
from hub.broker_address import BrokerAddress
from hub.health import Health
from hub.inbox import Inbox
from hub.listener import Listener
from hub.metrics import Metrics
from hub.store import Store
from hub.threads import Worker
from hub.writer import Writer


def utc_now() -> datetime:
    return datetime.now(UTC)


def main(broker: str, url: str, when: str, count: int) -> None:
    engine = database.engine_for(url)
    commits = 0

    def die_at_last() -> None:
        nonlocal commits
        commits += 1
        if commits == count:
            os.kill(os.getpid(), signal.SIGKILL)

    health = Health(now=utc_now)
    inbox = Inbox()
    listener = Listener(
        BrokerAddress.parse(broker), client_id="crashing-hub", health=health, inbox=inbox
    )
    with Store(url, now=utc_now, engine=engine) as store:
        if when == "before":
            sa.event.listen(engine, "commit", lambda _connection: die_at_last())
        writer = Writer(
            inbox=inbox,
            acknowledge=listener.acknowledge,
            store=store,
            health=health,
            metrics=Metrics(),
            after_commit=die_at_last if when == "after" else lambda: None,
        )
        with Worker("writer", writer.write, health), Worker("listener", listener.listen, health):
            threading.Event().wait(60)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
