"""Does the app run on somebody's own machine, where what is for trying out may be on?"""

from collections.abc import Mapping

DEVELOPMENT = "AZURE_FUNCTIONS_ENVIRONMENT"
OF_AZURE = ("WEBSITE_INSTANCE_ID", "WEBSITE_SITE_NAME", "CONTAINER_APP_NAME")
"""Set by the plans of App Service and Functions and by Container Apps, and by no local host: what
runs there is nobody's own machine, whatever its settings call it."""


def says_development(environment: Mapping[str, str]) -> bool:
    """What is not told is production, as in Azure Functions itself."""
    return environment.get(DEVELOPMENT, "").lower() == "development"


def is_own_machine(environment: Mapping[str, str]) -> bool:
    return says_development(environment) and not any(map(environment.get, OF_AZURE))
