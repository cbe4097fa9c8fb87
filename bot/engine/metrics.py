"""What is counted while the program runs, for /metrics. Labels are codes: none may name a person.

Owns the registry and the counters that more than one channel adds to. Figures read from tables are read when asked.
"""

from prometheus_client import CollectorRegistry, Counter

REGISTRY = CollectorRegistry()
ACTS = Counter(
    "radrum_acts_handled", "Acts of people that were taken in and committed.", ["channel"], registry=REGISTRY
)
REFUSALS = Counter("radrum_refusals", "Acts that were refused, by the refusal's code.", ["code"], registry=REGISTRY)
CLOSED = Counter(
    "radrum_connections_closed", "Connections that we closed: they stood still, or others needed the room.", ["why"],
    registry=REGISTRY,
)  # fmt: skip
INCIDENTS = Counter("radrum_incidents", "Unexpected errors that somebody should look at.", registry=REGISTRY)
