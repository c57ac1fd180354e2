"""What `azd up` makes with the defaults of the templates: a test compares both."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deployed:
    """Parameters of infra/main.bicep by their names; `chat_capacity` in thousands of tokens/min.
    `activities_per_instance` is `maxConcurrentActivityFunctions` of host.json."""

    maximum_instance_count: int = 100
    requests_per_instance: int = 32
    instance_memory_mb: int = 2048
    activities_per_instance: int = 100
    always_ready_http: int = 1
    always_ready_durable: int = 1
    chat_capacity: int = 100
    embeddings_capacity: int = 100
    search_units: int = 1


CORES = {512: 0.25, 2048: 1.0, 4096: 2.0}
"""Of an instance, by its memory in MB: the Flex Consumption page (source `flex`), 2024-05-24."""
