"""What is said about the sections of host.json that have no effect here."""

from emulator.host.host_json import effective, without_effect


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


def test_app_settings_override_host_json() -> None:
    settings = {
        "AzureFunctionsJobHost__extensions__http__routePrefix": "v1",
        "AzureFunctionsJobHost__Extensions__Http__MaxConcurrentRequests": "5",
        "AZUREFUNCTIONSJOBHOST__extensions:durableTask:hubName": "123a",
        "OTHER": "x",
    }
    document = {"version": "2.0", "extensions": {"http": {"routePrefix": "api"}}}
    assert effective(document, settings) == {
        "version": "2.0",
        "extensions": {
            "http": {"routePrefix": "v1", "maxConcurrentRequests": 5},
            "durableTask": {"hubName": "123a"},
        },
    }


def test_names_are_read_without_regard_to_case() -> None:
    document = {"Version": "2.0", "extensions": {"DurableTask": {"HubName": "Hub"}, "x": {"Y": 1}}}
    assert effective(document, {}) == {
        "version": "2.0",
        "extensions": {"durableTask": {"hubName": "Hub"}, "x": {"Y": 1}},
    }
