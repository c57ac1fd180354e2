"""Where each service ends: at which rate as deployed, and how many units of it a rate needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf

from bench.capacity.demand import Demand
from bench.capacity.deployed import CORES, Deployed
from bench.capacity.facts import Facts

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Limit:
    """A turn takes `per_turn`; there are `deployed` a second, in units of `unit` a second, of
    which one stamp has at most `most`. `bounds`: more stamps are needed where that is not enough;
    the models' quota is by region, and serverless gives way to autoscale."""

    name: str
    per_turn: float
    deployed: float
    unit: float
    unit_name: str
    most: float
    bounds: bool = True

    @property
    def saturates_at(self) -> float:
        """Turns a minute as deployed; infinite where a turn takes nothing."""
        return self.deployed * MINUTE / self.per_turn if self.per_turn else inf

    @property
    def stamp_ends_at(self) -> float:
        """Turns a minute with as many units as there may be."""
        return self.most * self.unit * MINUTE / self.per_turn if self.per_turn else inf

    def used(self, turns_per_minute: float) -> float:
        """The part of what is deployed; 1 is all of it."""
        return turns_per_minute / self.saturates_at

    def needed(self, turns_per_minute: float, headroom: float) -> int:
        """Units, of which `headroom` is used."""
        taken = turns_per_minute / MINUTE * self.per_turn
        return max(ceil(taken / (self.unit * headroom) - 1e-9), 1)

    def stamps(self, turns_per_minute: float, headroom: float) -> int:
        """Of this service alone: how often it must be there."""
        return ceil(self.needed(turns_per_minute, headroom) / self.most)


def limits(demand: Demand, facts: Facts, deployed: Deployed) -> Sequence[Limit]:
    return (
        *_model(demand, facts, deployed),
        *_app(demand, facts, deployed),
        *_services(demand, facts, deployed),
    )


def first_to_saturate(found: Sequence[Limit]) -> Limit:
    return min(found, key=lambda limit: limit.saturates_at)


def stamps(found: Sequence[Limit], turns_per_minute: float, headroom: float) -> int:
    """How many whole deployments: as many as the scarcest service that bounds one takes."""
    return max(limit.stamps(turns_per_minute, headroom) for limit in found if limit.bounds)


def _model(demand: Demand, facts: Facts, deployed: Deployed) -> tuple[Limit, ...]:
    thousand = 1_000 / MINUTE
    requests = facts.limit("modelRequests") / MINUTE
    most = facts.limit("modelTokens") / 1_000
    return (
        Limit(
            "model: tokens",
            demand.quota_tokens,
            deployed.chat_capacity * thousand,
            thousand,
            "thousand tokens/min",
            most,
            bounds=False,
        ),
        Limit(
            "model: requests",
            demand.model_calls,
            deployed.chat_capacity * requests,
            requests,
            "thousand tokens/min",
            most,
            bounds=False,
        ),
        Limit(
            "model: embeddings",
            demand.embedding_tokens,
            deployed.embeddings_capacity * thousand,
            thousand,
            "thousand tokens/min",
            facts.limit("embeddingTokens") / 1_000,
            bounds=False,
        ),
    )


def _app(demand: Demand, facts: Facts, deployed: Deployed) -> tuple[Limit, ...]:
    instances = deployed.maximum_instance_count
    cores = CORES[deployed.instance_memory_mb]
    # Both groups of instances share the region's memory.
    most = min(
        facts.limit("flexRegionMb") / deployed.instance_memory_mb / 2,
        facts.limit("flexMostInstances"),
    )
    places = deployed.requests_per_instance / demand.stream_seconds
    # An activity is under way nearly as long as its turn: it waits for the model.
    activities = deployed.activities_per_instance / demand.stream_seconds
    return (
        Limit("HTTP instances: streams", 1.0, instances * places, places, "instances", most),
        Limit("HTTP instances: CPU", demand.http_cpu, instances * cores, cores, "instances", most),
        Limit(
            "Durable instances: activities",
            1.0,
            instances * activities,
            activities,
            "instances",
            most,
        ),
        Limit(
            "Durable instances: CPU", demand.steps_cpu, instances * cores, cores, "instances", most
        ),
    )


def _services(demand: Demand, facts: Facts, deployed: Deployed) -> tuple[Limit, ...]:
    ranking = 1_000 / facts.assumed("semanticMs")
    partition, database = facts.limit("cosmosPartition"), facts.limit("cosmosDatabase")
    gigabyte = 1e9
    logs = facts.limit("monitorGbPerMinute") / MINUTE
    topic = facts.limit("eventGridTopic")
    return (
        Limit(
            "Durable Task Scheduler",
            demand.actions,
            facts.limit("schedulerConsumption"),
            facts.limit("schedulerUnit"),
            "capacity units",
            facts.limit("schedulerMostUnits"),
        ),
        # Serverless is bounded by container; with autoscale all containers share.
        Limit(
            "Cosmos DB: serverless, streams",
            demand.stream_units,
            facts.limit("cosmosServerless"),
            facts.limit("cosmosServerless"),
            "containers",
            1,
            bounds=False,
        ),
        Limit(
            "Cosmos DB: autoscale",
            demand.request_units,
            partition,
            partition,
            "partitions of 10,000 RU/s",
            database / partition,
        ),
        Limit(
            "AI Search: semantic ranker",
            demand.rankings,
            deployed.search_units * facts.limit("searchSemanticBasic") * ranking,
            facts.limit("searchSemanticS1") * ranking,
            "search units (S1)",
            facts.limit("searchMostUnits"),
        ),
        Limit("Log Analytics", demand.log_bytes / gigabyte, logs, logs, "workspaces", 1),
        Limit("Event Grid", demand.events, topic, topic, "topics", 1),
    )
