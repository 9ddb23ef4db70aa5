"""A broker in Python, for trying out where mosquitto is not installed. Run as a module.

`python -m hub.trial_broker PORT FOLDER`; the folder only marks whose broker this is. amqtt keeps
everything in memory and speaks MQTT 3.1.1: what it loses, stations send again.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

from amqtt.broker import Broker

logger = logging.getLogger(__name__)


async def serve(port: int) -> None:
    """Be a broker on loopback until SIGTERM."""
    stop = asyncio.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stop.set)
    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {
                "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}
            },
        }
    )
    await broker.start()
    await stop.wait()
    await broker.shutdown()


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    asyncio.run(serve(int(sys.argv[1])))
