"""What is said about the sections of host.json that have no effect here."""

from emulator.host.host_json import without_effect


def test_every_section_without_effect_is_named_by_its_path() -> None:
    document = {
        "version": "2.0",
        "functionTimeout": "00:05:00",
        "extensionBundle": {"id": "Microsoft.Azure.Functions.ExtensionBundle"},
        "logging": {"logLevel": {"default": "Warning"}, "applicationInsights": {"a": 1}},
        "extensions": {
            "http": {"routePrefix": "", "hsts": {"isEnabled": True}, "customHeaders": {"X": "1"}},
            "durableTask": {"hubName": "Hub", "extendedSessionsEnabled": True},
            "queues": {"batchSize": 16},
        },
        "healthMonitor": {"enabled": True},
    }
    assert without_effect(document) == [
        "extensions.durableTask.extendedSessionsEnabled",
        "extensions.queues",
        "healthMonitor",
        "logging.applicationInsights",
    ]


def test_what_is_switched_off_is_not_said() -> None:
    http = {"dynamicThrottlesEnabled": False}
    assert without_effect({"extensions": {"http": http, "queues": {}}, "aggregator": None}) == []
