"""What the hub counts about itself, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """The counters of one hub. Its own registry: two hubs in one test do not share numbers."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()

        def counter(name: str, meaning: str) -> Counter:
            return Counter(f"handwijzer_hub_{name}", meaning, registry=self._registry)

        self.messages = counter("messages", "MQTT messages that came in")
        self.stored = counter("events_stored", "Events stored")
        self.repeats = counter("repeats", "Messages that were stored already")
        self.misfits = counter("misfits", "Messages kept aside because they do not fit")
        self.held_refused = counter("held_refused", "Messages for a newer hub without room")
        self.storage_troubles = counter("storage_troubles", "Times the database refused a batch")
        self.viewers_dropped = counter("viewers_dropped", "Viewers that were too slow")
        self.commit_s = Histogram(
            "handwijzer_hub_commit_seconds", "One transaction", registry=self._registry
        )
        self.viewers = Gauge("handwijzer_hub_viewers", "Open pages", registry=self._registry)
        self.stations = Gauge(
            "handwijzer_hub_stations", "Stations, by how they are", ["how"], registry=self._registry
        )
        self.well = Gauge("handwijzer_hub_well", "1 when all parts work", registry=self._registry)

    def text(self) -> bytes:
        """All of them in Prometheus' text format."""
        return bytes(generate_latest(self._registry))
