"""What a pack declares: tools the planner may call and the flows they belong to."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.identity import Language

type JsonSchema = dict[str, Any]
type Arguments = dict[str, Any]


class RestCall(Contract):
    """`path` may hold `{argument}`; `query` names arguments, or maps parameters to templates."""

    method: Literal["GET", "POST", "PATCH", "PUT", "DELETE"]
    path: str
    query: tuple[str, ...] | dict[str, str] = ()


class RetryPolicy(Contract):
    """`attempts` includes the first; the wait doubles from `backoff_ms` on."""

    attempts: int = 3
    backoff_ms: int = 200


class ApprovalPolicy(Contract):
    """When a person has to approve the exact call first, and who may.

    `above` asks when the argument `field` is greater than `amount`; `roles` when the caller has one
    of `roles`. `right` is what the approver needs, who is somebody else if `by_others`; an approval
    is open for `hours`.
    """

    when: Literal["never", "always", "above", "roles"] = "never"
    field: str | None = None
    amount: float | None = None
    roles: tuple[str, ...] = ()
    right: str = "approvals:decide"
    by_others: bool = True
    hours: float = Field(default=24.0, gt=0, le=72)


def must_be_approved(policy: ApprovalPolicy, args: Arguments, roles: Sequence[str]) -> bool:
    """Whether this call has to wait for a person. An amount that is no number does."""
    match policy.when:
        case "never":
            return False
        case "always":
            return True
        case "roles":
            return not set(policy.roles).isdisjoint(roles)
        case "above":
            value = args.get(policy.field or "")
            known = isinstance(value, int | float) and policy.amount is not None
            return value is not None and not (known and value <= policy.amount)


class ToolContract(Contract):
    """One tool: what it takes, what it answers, and how carefully it has to be called."""

    name: str
    version: str
    kind: Literal["rest"]
    effect: bool
    right: str
    description: dict[Language, str]
    request: RestCall
    arguments: JsonSchema
    result: JsonSchema
    sensitive: tuple[str, ...] = ()
    approval: ApprovalPolicy = Field(default=ApprovalPolicy())
    timeout_ms: int = 10_000
    retry: RetryPolicy = Field(default=RetryPolicy())
    idempotency_key: bool = False
    reconcile: RestCall | None = None

    @property
    def entity_type(self) -> str:
        """What its calls are about: REST names it by the collection that begins the path."""
        return self.request.path.strip("/").partition("/")[0].removesuffix("s")


class FlowContract(Contract):
    """A business flow: the tools it uses and the fields it cannot do without."""

    flow_type: str
    intent: dict[Language, str]
    examples: dict[Language, tuple[str, ...]] = Field(default={})
    preconditions: tuple[Any, ...] = ()
    tools: tuple[str, ...]
    required: dict[str, tuple[str, ...]]
    confirmation: dict[Language, str]
    object: dict[Language, str]


class Pack(Contract):
    """One version of everything the agents are told: prompts by language and name, tools, flows."""

    version: str
    prompts: dict[Language, dict[str, str]]
    tools: dict[str, ToolContract]
    flows: dict[str, FlowContract]
