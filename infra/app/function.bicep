metadata description = 'The Function App on Flex Consumption: its scale, its settings, who may call it.'

param name string
param planName string
param location string
param tags object

@description('Resource id and client id of the identity that the app has everywhere.')
param identityId string
param identityClientId string

@description('Memory of an instance in MB; Flex Consumption has these sizes.')
@allowed([
  512
  2048
  4096
])
param instanceMemoryMB int
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int
@description('Instances that never sleep, by what scales together: `http` (requests), `durable` (orchestrations and activities), `function:<name>` (each of the others).')
param alwaysReady object
@description('Requests that one instance takes at the same time before another is started; a stream is one for as long as it lasts.')
param requestsPerInstance int
param zoneRedundant bool

param storageName string
param packageUrl string
@description('Of the Durable Task Scheduler; empty leaves Durable in the storage, as host.json has it.')
param schedulerEndpoint string

@description('Settings of the app (shared/settings.py) that name what this template makes or is told.')
param appSettings object
@description('More settings, by name: they win.')
param moreSettings object
@description('Settings whose values are in Key Vault: name of the setting to name of the secret.')
param secretSettings object
param vaultUri string
param insightsConnectionString string

@description('Client id of the app registration whose tokens are taken.')
param signInClientId string
param audience string
param tenants array
@allowed([
  'Return401'
  'AllowAnonymous'
])
param unauthenticated string
param corsOrigins array
@description('Subnet that the app reaches its services in; empty without a network.')
param subnetId string

var storageSettings = {
  AzureWebJobsStorage__accountName: storageName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
}
var identitySettings = {
  // DefaultAzureCredential: which of an app's identities to be.
  AZURE_CLIENT_ID: identityClientId
}
var telemetrySettings = {
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
}
// host.json of the tree is for the storage. As it is deployed it names the scheduler (a hook of azure.yaml), which is what adds instances; the
// host itself goes by these also when the code was deployed by other means.
var schedulerSettings = {
  DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${schedulerEndpoint};Authentication=ManagedIdentity;ClientID=${identityClientId}'
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
}
var references = toObject(items(secretSettings), each => each.key, each => '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/${each.value})')
var platformSettings = union(storageSettings, identitySettings, telemetrySettings, empty(schedulerEndpoint) ? {} : schedulerSettings)

var issuer = length(tenants) == 1 ? '${environment().authentication.loginEndpoint}${tenants[0]}/v2.0' : '${environment().authentication.loginEndpoint}organizations/v2.0'

module plan 'br/public:avm/res/web/serverfarm:0.7.0' = {
  name: 'plan'
  params: {
    name: planName
    location: location
    tags: tags
    kind: 'functionapp'
    reserved: true
    skuName: 'FC1'
    zoneRedundant: zoneRedundant
    enableTelemetry: false
  }
}

module site 'br/public:avm/res/web/site:0.24.0' = {
  name: 'function'
  params: {
    name: name
    location: location
    // azd finds by this tag where the code goes.
    tags: union(tags, { 'azd-service-name': 'api' })
    kind: 'functionapp,linux'
    serverFarmResourceId: plan.outputs.resourceId
    managedIdentities: {
      userAssignedResourceIds: [identityId]
    }
    keyVaultAccessIdentityResourceId: identityId
    httpsOnly: true
    clientAffinityEnabled: false
    // Callers and Event Grid come from outside; who may is decided below and by the app.
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetResourceId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      cors: {
        allowedOrigins: corsOrigins
        supportCredentials: false
      }
    }
    functionAppConfig: {
      runtime: {
        name: 'python'
        version: '3.13'
      }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: map(items(alwaysReady), each => { name: each.key, instanceCount: each.value })
        triggers: {
          http: {
            perInstanceConcurrency: requestsPerInstance
          }
        }
      }
    }
    basicPublishingCredentialsPolicies: [
      {
        name: 'ftp'
        allow: false
      }
      {
        name: 'scm'
        allow: false
      }
    ]
    configs: [
      {
        name: 'appsettings'
        // What was set by hand does not stay.
        retainCurrentAppSettings: false
        properties: union(platformSettings, appSettings, moreSettings, references)
      }
      {
        name: 'authsettingsV2'
        properties: {
          platform: {
            enabled: true
            runtimeVersion: '~1'
          }
          globalValidation: {
            requireAuthentication: unauthenticated == 'Return401'
            unauthenticatedClientAction: unauthenticated
            excludedPaths: [
              // Durable and Event Grid: the host asks them for its system keys.
              '/runtime/webhooks/*'
              // Says nothing that is not public.
              '/api/health'
              '/api/openapi.json'
            ]
          }
          httpSettings: {
            requireHttps: true
          }
          identityProviders: {
            azureActiveDirectory: {
              enabled: true
              registration: {
                clientId: signInClientId
                openIdIssuer: issuer
              }
              validation: {
                allowedAudiences: [audience, signInClientId]
              }
            }
          }
          login: {
            tokenStore: {
              enabled: false
            }
          }
        }
      }
    ]
    enableTelemetry: false
  }
}

output name string = site.outputs.name
output url string = 'https://${site.outputs.defaultHostname}'
