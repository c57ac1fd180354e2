"""What is known of queues in closed form, to check the simulation by."""

from math import exp


def erlang_c(servers: int, offered: float) -> float:
    """The probability that an arrival waits in M/M/k; `offered` is rate times mean service.

    Erlang's formula by way of the blocking probability's recursion (A. K. Erlang, 1917). Raises
    ValueError where no steady state is.
    """
    if not 0 <= offered < servers:
        raise ValueError(f"{offered} erlangs are too many for {servers} servers")
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = offered * blocked / (number + offered * blocked)
    return servers * blocked / (servers - offered * (1 - blocked))


def mean_wait(servers: int, rate: float, service: float) -> float:
    """Of M/M/k, in the unit of `service`."""
    offered = rate * service
    return erlang_c(servers, offered) * service / (servers - offered)


def waits_longer(servers: int, rate: float, service: float, than: float) -> float:
    """The part of M/M/k's arrivals that wait longer than that."""
    offered = rate * service
    return erlang_c(servers, offered) * exp(-(servers - offered) * than / service)


def pollaczek_khinchine(rate: float, service: float, squared_variation: float) -> float:
    """The mean wait of M/G/1 (Pollaczek 1930, Khinchine 1932); 0 of variation is M/D/1."""
    used = rate * service
    if not 0 <= used < 1:
        raise ValueError(f"used to {used}")
    return used * service * (1 + squared_variation) / (2 * (1 - used))


def closed_rate(customers: int, demands: float, servers: float) -> float:
    """The most that a closed loop can do a unit of time: Denning and Buzen's bounds (1978)."""
    return min(customers / demands, servers / demands)
