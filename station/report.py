"""Between the outbox and the broker: sends events until the hub says it has stored them.

The broker may lose anything: an event leaves the outbox's
waiting line when the hub's own acknowledgement comes (`hub/wire.py` has the rules), not when the
broker takes it.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from hub.wire import (
    AckV1,
    CommandV1,
    StateV1,
    Topic,
    TopicKind,
    WireError,
    ack_topic,
    command_topic,
    event_topic,
    signal_topic,
    state_topic,
)
from station.broker_link import FALLBACK, NEWEST, BrokerLink, Message, Terms
from station.outbox import Outbox, OutboxError
from station.outside import Activities, Signal, read_outside
from station_config.station import HubAddress, Station

logger = logging.getLogger(__name__)

WINDOW = 400
"""Events under way without an acknowledgement; the hub's batches are up to 500."""
RESEND_AFTER_S = 10.0
"""From the contract: without an acknowledgement for this long, everything is sent again."""
STATE_EVERY_S = 5.0
"""From the contract: the hub takes a station for gone after 15 s."""
RETRY_FIRST_S, RETRY_MOST_S = 0.5, 10.0
NEIGHBOUR_GONE_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """What a supervisor may see of the run; the moving half of the station's state.

    Attributes are those of `hub.wire.StateV1` with the same names.
    """

    task: str | None = None
    task_title: dict[str, str] = field(default_factory=dict)
    run_id: str | None = None
    step: str | None = None
    step_words: dict[str, str] = field(default_factory=dict)
    step_number: int | None = None
    steps_total: int | None = None
    step_since: datetime | None = None
    help_wanted: bool = False
    help_since: datetime | None = None
    paused: bool = False
    faults: tuple[str, ...] = ()


class Reporter:
    """Sends the outbox, says how the station is, and hears signals and commands.

    Attributes:
        instance: New at each start, so that two stations with one name are found out.
        trouble: What keeps events from reaching the hub, in plain words; None when nothing does.
        neighbour: What to tell when another station uses this one's name; None when none does.
    """

    def __init__(
        self, station: Station, outbox: Outbox, *, title: dict[str, str], versions: dict[str, str]
    ) -> None:
        self.instance: UUID = uuid4()
        self.trouble: str | None = None
        self.neighbour: str | None = None
        self.inbox: queue.SimpleQueue[Signal | Activities | CommandV1] = queue.SimpleQueue()
        self._station, self._outbox = station, outbox
        self._names = {"site": station.site, "station": station.station_id}
        self._title, self._versions = title, versions
        self._view = RunView()
        self._changed = threading.Event()
        self._wake = threading.Event()
        self._acks: queue.SimpleQueue[AckV1] = queue.SimpleQueue()
        self._neighbour_seen_s = float("-inf")
        self._online_since = datetime.now(UTC)

    def show(self, view: RunView) -> None:
        """Tell the hub how the run stands, at once if it changed."""
        if view != self._view:
            self._view = view
            self._changed.set()
            self._wake.set()

    def wake(self) -> None:
        """The outbox has something new."""
        self._wake.set()

    def drained(self, *, within_s: float) -> bool:
        """Wait until the hub has stored everything; whether it has."""
        until_s = time.monotonic() + within_s
        while time.monotonic() < until_s:
            standing = self._outbox.standing()
            if standing.acked_to >= standing.newest_seq:
                return True
            time.sleep(0.02)
        return False

    def run(self, stop: threading.Event) -> None:
        """Report until `stop`: connect, send, and begin again whenever the broker goes away."""
        if self._station.hub is None:
            return
        retry_s, protocol = RETRY_FIRST_S, NEWEST
        while not stop.is_set():
            link = BrokerLink(self._terms(self._station.hub), protocol)
            reached = link.connect(stop)
            if reached:
                retry_s = RETRY_FIRST_S
                self._online_since = datetime.now(UTC)
                self._report_over(link, stop)
            elif link.refused_protocol:
                protocol = FALLBACK if protocol == NEWEST else NEWEST
            link.close(self._offline() if stop.is_set() else None)
            if not stop.is_set():
                stop.wait(retry_s)
                retry_s = min(2 * retry_s, RETRY_MOST_S)

    def _terms(self, hub: HubAddress) -> Terms:
        return Terms(
            hub=hub,
            client_id=f"handwijzer-{self.instance}",
            topics=(
                ack_topic(**self._names),
                command_topic(**self._names),
                state_topic(**self._names),
                signal_topic(**self._names, name="*").replace("*", "+"),
            ),
            will=(state_topic(**self._names), self._offline()),
            heard=self._heard,
            told=self._told,
            woken=self._wake.set,
        )

    def _told(self, text: str) -> None:
        if self.trouble != text:
            logger.warning(text)
        self.trouble = text

    def _heard(self, message: Message) -> None:
        """Take one message; called from the network thread, which no error may reach."""
        try:
            self._sort(Topic.parse(message.topic), message)
        except (WireError, ValueError) as error:
            logger.warning("message on %s left out: %s", message.topic, error)

    def _sort(self, topic: Topic, message: Message) -> None:
        match topic.kind:
            case TopicKind.ACK:
                self._acks.put(AckV1.from_payload(message.payload))
                self._wake.set()
            case TopicKind.COMMAND:
                command = CommandV1.from_payload(message.payload)
                if command.is_valid(now=datetime.now(UTC)):
                    self.inbox.put(command)
            case TopicKind.SIGNAL if message.retained:
                # It is of long ago, perhaps of another run: the broker repeats it on each connect.
                logger.warning("signal on %s left out: its sender must not retain it", topic)
            case TopicKind.SIGNAL:
                self.inbox.put(read_outside(topic.signal or "", message.payload))
            case TopicKind.STATE:
                self._look_at_neighbour(StateV1.from_payload(message.payload))
            case _:
                logger.debug("nothing listens to %s", topic)

    def _look_at_neighbour(self, state: StateV1) -> None:
        age_s = (datetime.now(UTC) - state.sent_at).total_seconds()
        if state.instance != self.instance and state.online and age_s < NEIGHBOUR_GONE_S:
            self._neighbour_seen_s = time.monotonic()

    def _report_over(self, link: BrokerLink, stop: threading.Event) -> None:
        """One connection's life."""
        self.trouble = None
        sent_to = self._outbox.standing().acked_to
        progress_s = time.monotonic()
        state_s = float("-inf")
        while not stop.is_set() and link.connected:
            now_s = time.monotonic()
            self._note_neighbour(now_s)
            if self._changed.is_set() or now_s - state_s >= STATE_EVERY_S:
                self._changed.clear()
                state_s = now_s
                link.publish(state_topic(**self._names), self._state(), retain=True)
            acked_to, back_to = self._take_acks()
            if acked_to is not None:
                progress_s = now_s
            sent_to = sent_to if back_to is None else min(sent_to, back_to)
            sent_before = sent_to
            sent_to = self._send(link, sent_to)
            if sent_to == sent_before and now_s - progress_s > RESEND_AFTER_S:
                sent_to = min(sent_to, self._outbox.standing().acked_to)
                progress_s = now_s
            if sent_to == sent_before:
                self._wake.wait(0.1)
                self._wake.clear()

    def _send(self, link: BrokerLink, sent_to: int) -> int:
        standing = self._outbox.standing()
        room = WINDOW - (sent_to - standing.acked_to)
        if room <= 0 or sent_to >= standing.newest_seq:
            return sent_to
        for seq, payload in self._outbox.after(sent_to, room):
            head = f'{{"outbox": "{standing.outbox_id}", "seq": {seq}, '
            if not link.publish(event_topic(**self._names), (head + payload[1:]).encode()):
                break
            sent_to = seq
        return sent_to

    def _take_acks(self) -> tuple[int | None, int | None]:
        """The newest acknowledgement, and where to send again from when it went back."""
        acked_to: int | None = None
        back_to: int | None = None
        while True:
            try:
                ack = self._acks.get_nowait()
            except queue.Empty:
                return acked_to, back_to
            standing = self._outbox.standing()
            if ack.outbox != standing.outbox_id:
                continue
            if ack.renew or ack.stored_to > standing.newest_seq:
                self._renew()
                acked_to = back_to = 0
                continue
            if ack.stored_to < standing.acked_to:
                back_to = ack.stored_to if back_to is None else min(back_to, ack.stored_to)
            acked_to = ack.stored_to
            if acked_to != standing.acked_to:
                self._outbox.stored_to(acked_to)

    def _renew(self) -> None:
        logger.warning("this outbox is used twice (a copied or restored disk); it gets a new name")
        try:
            self._outbox.renew()
        except OutboxError:
            logger.exception("the outbox could not be renewed; the hub will ask again")

    def _note_neighbour(self, now_s: float) -> None:
        near = now_s - self._neighbour_seen_s < NEIGHBOUR_GONE_S
        self.neighbour = (
            f"Another station calls itself '{self._station.station_id}'. Give one of them another"
            " name in its station file."
            if near
            else None
        )

    def _state(self) -> bytes:
        view, standing = self._view, self._outbox.standing()
        return StateV1(
            **self._names,
            instance=self.instance,
            online=True,
            sent_at=datetime.now(UTC),
            online_since=self._online_since,
            outbox=standing.outbox_id,
            oldest_seq=standing.oldest_seq,
            newest_seq=standing.newest_seq,
            acked_to=standing.acked_to,
            title=self._title,
            task=view.task,
            task_title=view.task_title,
            run_id=view.run_id,
            step=view.step,
            step_words=view.step_words,
            step_number=view.step_number,
            steps_total=view.steps_total,
            step_since=view.step_since,
            help_wanted=view.help_wanted,
            help_since=view.help_since,
            paused=view.paused,
            faults=view.faults,
            versions=self._versions,
        ).to_payload()

    def _offline(self) -> bytes:
        return StateV1(
            **self._names, instance=self.instance, online=False, sent_at=datetime.now(UTC)
        ).to_payload()
