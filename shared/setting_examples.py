"""What settings look like, for who is told that one is missing or wrong."""

EXAMPLES = {
    "agent__profiles": 'Agent__Profiles__rag__AllowedSearchIndexes=["cerebro"]',
    "agents__allowedmodes": 'Agents__AllowedModes=["sequential", "fanout", "group_chat"]',
    "agents__allowedparticipants": 'Agents__AllowedParticipants=["Coordinator", "DomainExpert"]',
    "agents__allowedtools": 'Agents__AllowedTools=["ai_search"]',
    "agents__defaultparticipants": 'Agents__DefaultParticipants=["Coordinator", "DomainExpert"]',
    "azureopenai__endpoint": "AzureOpenAI__Endpoint=https://<name>.openai.azure.com",
    "azureopenai__chatdeployment": "AzureOpenAI__ChatDeployment=gpt-4o",
    "openai__apikey": "OpenAI__ApiKey=sk-<key>",
    "modelproxy__baseurl": "ModelProxy__BaseUrl=https://<gateway>/v1",
    "anthropic__apikey": "Anthropic__ApiKey=sk-ant-<key>",
    "google__apikey": "Google__ApiKey=<key>",
    "ai__models__fallback": 'AI__Models__Fallback=["gpt-4o-mini", "anthropic:claude-haiku-5-5"]',
    "ai__allowedproviders": 'AI__AllowedProviders=["anthropic", "google"]',
    "ai__allowedendpoints": (
        'AI__AllowedEndpoints={"azure-openai": ["https://<other>.openai.azure.com"]}'
    ),
    "ai__endpointroutes": (
        'AI__EndpointRoutes={"https://<other>.openai.azure.com": "https://<gateway>.example.org"}'
    ),
    "ai__allowedmodels": 'AI__AllowedModels=["gpt-4o-mini", "o3-mini"]',
    "ai__deployments": 'AI__Deployments={"<deployment>": "o3-mini"}',
    "azuresearch__endpoint": "AzureSearch__Endpoint=https://<name>.search.windows.net",
    "cosmos__endpoint": "Cosmos__Endpoint=https://<name>.documents.azure.com",
    "erp__baseurl": "Erp__BaseUrl=https://erp.example.org/api",
    "erp__weburl": "Erp__WebUrl=https://erp.example.org/app/{tenantId}",
    "erp__scope": "Erp__Scope=api://erp/.default",
    "auth__audience": "Auth__Audience=api://eira-agents",
    "auth__tenants": 'Auth__Tenants=["00000000-0000-0000-0000-000000000000"]',
    "auth__rolerights": 'Auth__RoleRights={"employee": ["tasks:read", "tasks:write"]}',
    "auth__scopes": 'Auth__Scopes=["access_as_user"]',
    "auth__appservice": "Auth__AppService=true",
    "events__types": 'Events__Types=["task.*", "project.*", "user.*"]',
    "moderation__endpoint": "Moderation__Endpoint=https://<name>.cognitiveservices.azure.com",
    "security__credentialprofiles": (
        'Security__CredentialProfiles={"prod": {"ai_search": {"source": "key_vault", '
        '"secret": "secrets/search-prod-key", "endpoint": "https://<name>.search.windows.net"}}}'
    ),
    "security__handlekeyname": "Security__HandleKeyName=kv://eira/handle-key",
    "security__profileaccess": 'Security__ProfileAccess={"prod": {"roles": ["manager"]}}',
    "security__securevalues": (
        'Security__SecureValues={"Aliases": {"kv-search": {"source": "key_vault", '
        '"secret": "secrets/search-api-key"}}, "AllowedSecrets": ["secrets/search-api-key"]}'
    ),
    "search__allowedindexes": 'Search__AllowedIndexes=["cerebro"]',
    "search__messageindexes": 'Search__MessageIndexes=["cerebro"]',
    "search__allowedsemanticconfigurations": (
        'Search__AllowedSemanticConfigurations=["semantic-config-es"]'
    ),
    "search__languages": 'Search__Languages=["es", "en"]',
    "tools__httpallowed": (
        'Tools__HttpAllowed=[{"methods": ["GET"], "host": "api.example.org", "path": "/v1/**"}]'
    ),
    "tools__httpprivatehosts": 'Tools__HttpPrivateHosts=["localhost:8080"]',
    "tools__mcpservers": (
        'Tools__McpServers={"corp-tools": {"url": "https://tools.example.org/mcp", '
        '"methods": ["getCase"], "reads": ["getCase"]}}'
    ),
    "telemetry__prices": 'Telemetry__Prices={"gpt-4o": {"input": 2.5, "output": 10}}',
}
LISTS_AND_MAPS = (
    "agent__profiles",
    "agents__allowedmodes",
    "agents__allowedparticipants",
    "agents__allowedtools",
    "agents__defaultparticipants",
    "ai__models__fallback",
    "ai__allowedproviders",
    "ai__allowedendpoints",
    "ai__allowedmodels",
    "ai__endpointroutes",
    "ai__deployments",
    "auth__tenants",
    "auth__rolerights",
    "auth__scopes",
    "events__types",
    "search__allowedindexes",
    "search__allowedsemanticconfigurations",
    "search__messageindexes",
    "search__languages",
    "security__credentialprofiles",
    "security__profileaccess",
    "security__securevalues",
    "tools__httpallowed",
    "tools__httpprivatehosts",
    "tools__mcpservers",
    "telemetry__prices",
)
