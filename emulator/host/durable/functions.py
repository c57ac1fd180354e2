"""Finds functions of the app by name, in whatever case they are written, as the host does."""

from emulator.host.invocation import FunctionInfo, Invoker

ORCHESTRATOR = "orchestrationTrigger"
ACTIVITY = "activityTrigger"
ENTITY = "entityTrigger"


def find_function(invoker: Invoker, trigger: str, name: str) -> FunctionInfo | None:
    """The function with that trigger and name, or None."""
    functions = invoker.functions(trigger)
    exact = functions.get(name)
    if exact is not None:
        return exact
    wanted = name.casefold()
    return next((info for each, info in functions.items() if each.casefold() == wanted), None)


def parameter_of(function: FunctionInfo, default: str) -> str:
    """The name of the trigger's parameter."""
    return str(function.trigger.get("name", default))
