metadata description = 'EIRA Agents with all it needs in Azure, in one resource group. docs/deployment.md says what each part is for.'

targetScope = 'subscription'

// What must be told

@description('Name of the azd environment: part of every name.')
@minLength(2)
@maxLength(20)
param environmentName string
@description('Region of everything that has no region of its own below.')
param location string
@description('Client id of the app registration whose access tokens are taken.')
param signInClientId string
@description('Where the ERP\'s REST API lies, without a trailing slash.')
param erpBaseUrl string
@description('Scope that the app asks a token for when it calls the ERP; it ends in /.default.')
param erpScope string

// Names and people

@description('Names to be used instead of those made up here, by part: resourceGroup, functionApp, plan, identity, storage, scheduler, cosmos, search, models, safety, vault, topic, insights, workspace, alerts, web, network.')
param names object = {}
param tags object = {}
@description('Who deploys (azd fills it in): may fill the index, ask the models, put secrets into the vault and look at runs. Empty for nobody.')
param principalId string = ''
@allowed(['User', 'Group', 'ServicePrincipal'])
param principalType string = 'User'

// Who may come in

@description('Application ID URI of that app registration.')
param audience string = 'api://${signInClientId}'
@description('Tenants whose people may sign in; this one, if none are told.')
param tenants array = []
@description('Scopes of which a program that asks for a person needs one; none are asked for, if none are told.')
param scopes array = []
@description('Client id of the front end\'s own app registration; empty: it signs people in with the app\'s.')
param webClientId string = ''
@description('What the front end asks a token for.')
param webScope string = '${audience}/access_as_user'
@description('Rights by app role.')
param roleRights object = loadJsonContent('role-rights.json')
@description('What App Service authentication does with a request without a token. AllowAnonymous leaves it to the app, which refuses it too.')
@allowed(['Return401', 'AllowAnonymous'])
param unauthenticated string = 'Return401'
@description('Origins besides the front end\'s that browsers may call from.')
param moreOrigins array = []

// The ERP's events

@description('Principal id of the ERP, which may then send events; empty for later.')
param erpPrincipalId string = ''
@allowed(['CloudEventSchemaV1_0', 'EventGridSchema'])
param erpEventSchema string = 'CloudEventSchemaV1_0'
@description('Types of events that are taken, * for any ending.')
param erpEventTypes array = ['task.*', 'project.*', 'user.*']

// The Function App

@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 100
@description('Instances that never sleep and take requests; 0 makes the first caller wait for a cold start.')
@minValue(0)
param alwaysReadyHttp int = 1
@description('Instances that never sleep and work on runs.')
@minValue(1)
param alwaysReadyDurable int = 1
@description('The same for functions that scale each by itself, by name: {"erp_event": 1}.')
param alwaysReadyFunctions object = {}
@description('Requests that one instance takes at the same time before another is started; a stream is one for as long as it lasts.')
@minValue(1)
@maxValue(1000)
param requestsPerInstance int = 32
param zoneRedundant bool = false

// Durable

@description('scheduler: Durable Task Scheduler. storage: queues and tables in the storage account, as host.json has it.')
@allowed(['scheduler', 'storage'])
param durableBackend string = 'scheduler'
@allowed(['Consumption', 'Dedicated'])
param schedulerSku string = 'Consumption'
param schedulerCapacity int = 1
@description('Region of the scheduler, if it is another: it is not in all of them.')
param schedulerLocation string = ''
param schedulerAllowedAddresses array = ['0.0.0.0/0']

// Stores

@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = 'Standard_LRS'
@allowed(['serverless', 'autoscale'])
param cosmosCapacity string = 'serverless'
@description('With autoscale: the most request units a second, shared by all containers.')
@minValue(1000)
param cosmosMaxThroughput int = 10000
@description('Soft-deleted secrets come back for so many days; nobody can purge them earlier.')
@minValue(7)
@maxValue(90)
param vaultSoftDeleteDays int = 90
@allowed(['standard', 'premium'])
param vaultSku string = 'standard'

// Cerebro and the models

@description('Resource id of a search service to be used; empty makes one.')
param existingSearchId string = ''
@allowed(['basic', 'standard', 'standard2', 'standard3'])
param searchSku string = 'basic'
@minValue(1)
param searchReplicas int = 1
@minValue(1)
param searchPartitions int = 1
@allowed(['free', 'standard'])
param semanticRanker string = 'standard'
param searchIndex string = 'cerebro'
param semanticConfiguration string = 'cerebro-semantic'
@description('Resource id of an Azure OpenAI account with both deployments; empty makes one.')
param existingModelsId string = ''
@description('Region of the models and of Content Safety, if it is another: not every model is everywhere.')
param modelsLocation string = ''
@description('The model that plans and answers: it must support structured outputs.')
param chatModel object = {
  deployment: 'chat'
  model: 'gpt-4.1'
  version: '2025-04-14'
  sku: 'GlobalStandard'
  capacity: 100
}
@description('The model that embeds.')
param embeddingsModel object = {
  deployment: 'embeddings'
  model: 'text-embedding-3-small'
  version: '1'
  sku: 'GlobalStandard'
  capacity: 100
}
@description('How many numbers the vectors of the index have.')
param dimensions int = 1536

// Telemetry, front end, network

@description('Resource id of a Log Analytics workspace to be used; empty makes one.')
param existingWorkspaceId string = ''
param logRetentionDays int = 90
@description('What the workspace takes in a day, in GB; -1 is no limit.')
param logDailyQuotaGb string = '-1'
@description('E-mail addresses that alerts go to.')
param alertEmails array = []
@description('Resource ids of action groups that alerts go to as well.')
param alertActionGroupIds array = []
@description('Values from which on alerts are raised, instead of these (docs/operations.md), by name.')
param alertThresholds object = {}
@allowed(['Free', 'Standard'])
param webSku string = 'Free'
@description('Static Web Apps are in few regions; their files are everywhere.')
param webLocation string = 'westeurope'
@description('Whether the app reaches storage, scheduler, Cosmos DB, Key Vault, search and models in a network of its own, where nobody else does.')
param privateNetwork bool = false
param networkPrefix string = '10.80.0.0/24'

// Settings of the app besides (local.settings.sample.json lists them)

@description('Settings by name, such as {"Quotas__UserPerHour": "120"}; they win over those made here.')
param settings object = {}
@description('Settings whose values are in Key Vault: name of the setting to name of the secret there.')
param secretSettings object = {}

var token = toLower(uniqueString(subscription().id, environmentName, location))
var name = {
  resourceGroup: names.?resourceGroup ?? 'rg-eira-${environmentName}'
  functionApp: names.?functionApp ?? 'func-eira-${token}'
  plan: names.?plan ?? 'plan-eira-${token}'
  identity: names.?identity ?? 'id-eira-${token}'
  storage: names.?storage ?? 'steira${token}'
  scheduler: names.?scheduler ?? 'dts-eira-${token}'
  cosmos: names.?cosmos ?? 'cosmos-eira-${token}'
  search: names.?search ?? 'srch-eira-${token}'
  models: names.?models ?? 'oai-eira-${token}'
  safety: names.?safety ?? 'cs-eira-${token}'
  vault: names.?vault ?? 'kv-eira-${token}'
  topic: names.?topic ?? 'evgt-eira-${token}'
  insights: names.?insights ?? 'appi-eira-${token}'
  workspace: names.?workspace ?? 'log-eira-${token}'
  alerts: names.?alerts ?? 'eira-${environmentName}'
  web: names.?web ?? 'stapp-eira-${token}'
  network: names.?network ?? 'vnet-eira-${token}'
}
var allTags = union({ 'azd-env-name': environmentName }, tags)
var taskHub = 'EiraAgents'
var packageContainer = 'app-package'
var deadLetterContainer = 'erp-deadletters'
var whereModelsAre = empty(modelsLocation) ? location : modelsLocation
var whoMayComeIn = empty(tenants) ? [tenant().tenantId] : tenants
// Where people sign in: with several tenants each comes in by its own, and the app refuses the others.
var whoseTenant = length(whoMayComeIn) == 1 ? whoMayComeIn[0] : 'organizations'
var alwaysReadyOthers = toObject(items(alwaysReadyFunctions), each => 'function:${each.key}', each => each.value)

// Of a quarter of an hour.
var usualThresholds = {
  'error-rate': 5
  'first-token': 8
  queue: 10
  'dead-letters': 0
  'unknown-effects': 0
  throttling: 20
  'stuck-runs': 0
  audit: 0
  'lost-events': 0
  'store-throttling': 100
}

// What the app is told (shared/settings.py). A test starts it with these.
var appSettings = {
  AzureOpenAI__Endpoint: modelsRoles.outputs.endpoint
  AzureOpenAI__ChatDeployment: chatModel.deployment
  AzureOpenAI__EmbeddingsDeployment: embeddingsModel.deployment
  // A deployment's name does not tell what runs there; the app asks reasoning models otherwise.
  AI__Deployments: string({ '${chatModel.deployment}': chatModel.model })
  AzureSearch__Endpoint: searchRoles.outputs.endpoint
  AzureSearch__DefaultIndex: searchIndex
  AzureSearch__SemanticConfiguration: semanticConfiguration
  Search__AllowedIndexes: string([searchIndex])
  Search__Dimensions: string(dimensions)
  Cosmos__Endpoint: cosmos.outputs.endpoint
  Cosmos__Database: cosmos.outputs.database
  KeyVault__Uri: vault.outputs.uri
  Moderation__Provider: 'content-safety'
  Moderation__Endpoint: safety.outputs.endpoint
  Erp__BaseUrl: erpBaseUrl
  Erp__Scope: erpScope
  Events__Types: string(erpEventTypes)
  Auth__Authority: signInAuthority
  Auth__Audience: audience
  Auth__Tenants: string(whoMayComeIn)
  Auth__Scopes: string(scopes)
  Auth__RoleRights: string(roleRights)
  // The app checks each token itself and believes no header.
  Auth__AppService: 'false'
}
var loginEndpoint = environment().authentication.loginEndpoint
var signInAuthority = endsWith(loginEndpoint, '/') ? substring(loginEndpoint, 0, length(loginEndpoint) - 1) : loginEndpoint

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: name.resourceGroup
  location: location
  tags: allTags
}

module identity 'app/identity.bicep' = {
  name: 'eira-identity'
  scope: group
  params: {
    name: name.identity
    location: location
    tags: allTags
  }
}

module network 'app/network.bicep' = if (privateNetwork) {
  name: 'eira-network'
  scope: group
  params: {
    name: name.network
    location: location
    tags: allTags
    addressPrefix: networkPrefix
  }
}

var servicesSubnetId = privateNetwork ? network!.outputs.servicesSubnetId : ''
var zones = privateNetwork ? network!.outputs.zones : json('{}')

module monitoring 'app/monitoring.bicep' = {
  name: 'eira-monitoring'
  scope: group
  params: {
    workspaceName: name.workspace
    insightsName: name.insights
    location: location
    tags: allTags
    existingWorkspaceId: existingWorkspaceId
    retentionDays: logRetentionDays
    dailyQuotaGb: logDailyQuotaGb
    appPrincipalId: identity.outputs.principalId
  }
}

module events 'app/events.bicep' = {
  name: 'eira-events'
  scope: group
  params: {
    name: name.topic
    location: location
    tags: allTags
    schema: erpEventSchema
    erpPrincipalId: erpPrincipalId
  }
}

module storage 'app/storage.bicep' = {
  name: 'eira-storage'
  scope: group
  params: {
    name: name.storage
    location: location
    tags: allTags
    sku: storageSku
    packageContainer: packageContainer
    deadLetterContainer: deadLetterContainer
    appPrincipalId: identity.outputs.principalId
    topicPrincipalId: events.outputs.principalId
    holdsDurable: durableBackend == 'storage'
    isPrivate: privateNetwork
    subnetId: servicesSubnetId
    zones: zones
  }
}

module durable 'app/durable.bicep' = if (durableBackend == 'scheduler') {
  name: 'eira-durable'
  scope: group
  params: {
    name: name.scheduler
    taskHub: taskHub
    location: empty(schedulerLocation) ? location : schedulerLocation
    tags: allTags
    sku: schedulerSku
    capacity: schedulerCapacity
    allowedAddresses: schedulerAllowedAddresses
    appPrincipalId: identity.outputs.principalId
    operatorPrincipalId: principalId
    operatorPrincipalType: principalType
    isPrivate: privateNetwork
    networkLocation: location
    subnetId: servicesSubnetId
    zoneId: zones.?scheduler ?? ''
  }
}

module cosmos 'app/cosmos.bicep' = {
  name: 'eira-cosmos'
  scope: group
  params: {
    name: name.cosmos
    location: location
    tags: allTags
    database: 'eira'
    capacity: cosmosCapacity
    maxThroughput: cosmosMaxThroughput
    zoneRedundant: zoneRedundant
    appPrincipalId: identity.outputs.principalId
    isPrivate: privateNetwork
    subnetId: servicesSubnetId
    zoneId: zones.?cosmos ?? ''
  }
}

module search 'app/search.bicep' = if (empty(existingSearchId)) {
  name: 'eira-search'
  scope: group
  params: {
    name: name.search
    location: location
    tags: allTags
    sku: searchSku
    replicas: searchReplicas
    partitions: searchPartitions
    semanticRanker: semanticRanker
    isPrivate: privateNetwork
    subnetId: servicesSubnetId
    zoneId: zones.?search ?? ''
  }
}

module searchRoles 'app/search-roles.bicep' = {
  name: 'eira-search-roles'
  scope: resourceGroup(empty(existingSearchId) ? subscription().subscriptionId : split(existingSearchId, '/')[2], empty(existingSearchId) ? name.resourceGroup : split(existingSearchId, '/')[4])
  params: {
    name: empty(existingSearchId) ? search!.outputs.name : last(split(existingSearchId, '/'))
    appPrincipalId: identity.outputs.principalId
    deployerPrincipalId: principalId
    deployerPrincipalType: principalType
  }
}

module models 'app/models.bicep' = if (empty(existingModelsId)) {
  name: 'eira-models'
  scope: group
  params: {
    name: name.models
    location: whereModelsAre
    tags: allTags
    chat: chatModel
    embeddings: embeddingsModel
    isPrivate: privateNetwork
    subnetId: servicesSubnetId
    zoneId: zones.?models ?? ''
  }
}

module modelsRoles 'app/models-roles.bicep' = {
  name: 'eira-models-roles'
  scope: resourceGroup(empty(existingModelsId) ? subscription().subscriptionId : split(existingModelsId, '/')[2], empty(existingModelsId) ? name.resourceGroup : split(existingModelsId, '/')[4])
  params: {
    name: empty(existingModelsId) ? models!.outputs.name : last(split(existingModelsId, '/'))
    appPrincipalId: identity.outputs.principalId
    deployerPrincipalId: principalId
    deployerPrincipalType: principalType
  }
}

module safety 'app/safety.bicep' = {
  name: 'eira-safety'
  scope: group
  params: {
    name: name.safety
    location: whereModelsAre
    tags: allTags
    appPrincipalId: identity.outputs.principalId
    isPrivate: privateNetwork
    subnetId: servicesSubnetId
    zoneId: zones.?safety ?? ''
  }
}

module vault 'app/vault.bicep' = {
  name: 'eira-vault'
  scope: group
  params: {
    name: name.vault
    location: location
    tags: allTags
    sku: vaultSku
    softDeleteDays: vaultSoftDeleteDays
    appPrincipalId: identity.outputs.principalId
    deployerPrincipalId: principalId
    deployerPrincipalType: principalType
    workspaceId: monitoring.outputs.workspaceId
    isPrivate: privateNetwork
    subnetId: servicesSubnetId
    zoneId: zones.?vault ?? ''
  }
}

module operations 'app/operations.bicep' = {
  name: 'eira-operations'
  scope: group
  params: {
    prefix: name.alerts
    location: location
    tags: allTags
    insightsId: monitoring.outputs.insightsId
    topicId: events.outputs.resourceId
    cosmosId: cosmos.outputs.resourceId
    emails: alertEmails
    actionGroupIds: alertActionGroupIds
    thresholds: union(usualThresholds, alertThresholds)
  }
}

module web 'app/web.bicep' = {
  name: 'eira-web'
  scope: group
  params: {
    name: name.web
    location: webLocation
    tags: allTags
    sku: webSku
  }
}

module function 'app/function.bicep' = {
  name: 'eira-function'
  scope: group
  params: {
    name: name.functionApp
    planName: name.plan
    location: location
    tags: allTags
    identityId: identity.outputs.resourceId
    identityClientId: identity.outputs.clientId
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReady: union(alwaysReadyHttp > 0 ? { http: alwaysReadyHttp } : {}, { durable: alwaysReadyDurable }, alwaysReadyOthers)
    requestsPerInstance: requestsPerInstance
    zoneRedundant: zoneRedundant
    storageName: storage.outputs.name
    packageUrl: '${storage.outputs.blobEndpoint}${packageContainer}'
    schedulerEndpoint: durableBackend == 'scheduler' ? durable!.outputs.endpoint : ''
    appSettings: appSettings
    moreSettings: settings
    secretSettings: secretSettings
    vaultUri: vault.outputs.uri
    insightsConnectionString: monitoring.outputs.connectionString
    signInClientId: signInClientId
    audience: audience
    tenants: whoMayComeIn
    unauthenticated: unauthenticated
    corsOrigins: concat([web.outputs.origin], moreOrigins)
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
  }
}

// azd keeps these in .azure/<environment>/.env, for people, hooks and `./eira`.
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_APP string = function.outputs.name
output EIRA_URL string = function.outputs.url
output EIRA_WEB_URL string = web.outputs.origin
output WEB_AUTHORITY string = '${signInAuthority}/${whoseTenant}/v2.0'
output WEB_CLIENT_ID string = empty(webClientId) ? signInClientId : webClientId
output WEB_SCOPE string = webScope
output AZURE_STORAGE_ACCOUNT string = storage.outputs.name
output AZURE_KEY_VAULT string = vault.outputs.name
output APPLICATION_INSIGHTS string = monitoring.outputs.insightsName
output ERP_TOPIC string = events.outputs.name
output ERP_TOPIC_ENDPOINT string = events.outputs.endpoint
output ERP_EVENT_SCHEMA string = erpEventSchema
output ERP_DEAD_LETTERS string = deadLetterContainer
output AzureOpenAI__Endpoint string = modelsRoles.outputs.endpoint
output AzureOpenAI__ChatDeployment string = chatModel.deployment
output AzureOpenAI__EmbeddingsDeployment string = embeddingsModel.deployment
output AzureSearch__Endpoint string = searchRoles.outputs.endpoint
output AzureSearch__DefaultIndex string = searchIndex
output AzureSearch__SemanticConfiguration string = semanticConfiguration
output Search__AllowedIndexes string = string([searchIndex])
output Search__Dimensions string = string(dimensions)
output AI__Deployments string = string({ '${chatModel.deployment}': chatModel.model })
output Cosmos__Endpoint string = cosmos.outputs.endpoint
output Cosmos__Database string = cosmos.outputs.database
output KeyVault__Uri string = vault.outputs.uri
output Moderation__Provider string = 'content-safety'
output Moderation__Endpoint string = safety.outputs.endpoint
output Erp__BaseUrl string = erpBaseUrl
output Erp__Scope string = erpScope
output Events__Types string = string(erpEventTypes)
output Auth__Authority string = signInAuthority
output Auth__Audience string = audience
output Auth__Tenants string = string(whoMayComeIn)
output Auth__Scopes string = string(scopes)
output Auth__RoleRights string = string(roleRights)
output Auth__AppService string = 'false'
