metadata description = 'Cosmos DB with the containers of the app; Entra ID only.'

import { roles } from 'roles.bicep'

param name string
param location string
param tags object
param database string
@allowed([
  'serverless'
  'autoscale'
])
param capacity string
@description('With autoscale: the most request units a second, shared by all containers.')
param maxThroughput int
param zoneRedundant bool
param appPrincipalId string
param isPrivate bool
param subnetId string
param zoneId string

// Names, keys, times to live and what is indexed: as in the local cloud, which a test compares.
var containers = [
  {
    name: 'conversations'
    paths: ['/tenantId', '/conversationId']
    kind: 'MultiHash'
    indexingPolicy: {
      includedPaths: [
        { path: '/kind/?' }
        { path: '/runId/?' }
        { path: '/ownerId/?' }
        { path: '/updatedAt/?' }
        { path: '/erasing/at/?' }
      ]
      excludedPaths: [{ path: '/*' }]
    }
  }
  {
    name: 'runs'
    paths: ['/tenantId', '/runId']
    kind: 'MultiHash'
    indexingPolicy: {
      // Runs by time and approvals by time, of a tenant.
      includedPaths: [{ path: '/conversationId/?' }, { path: '/receivedAt/?' }, { path: '/askedAt/?' }]
      excludedPaths: [{ path: '/*' }]
    }
  }
  {
    name: 'events'
    paths: ['/tenantId', '/conversationId']
    kind: 'MultiHash'
    indexingPolicy: {
      includedPaths: [{ path: '/id/?' }]
      excludedPaths: [{ path: '/*' }]
    }
  }
  {
    name: 'streams'
    paths: ['/runId']
    kind: 'Hash'
    defaultTtl: 604800
    // Nothing is indexed. The mode stays consistent: with none, Cosmos DB would let nothing expire.
    indexingPolicy: {
      includedPaths: []
      excludedPaths: [{ path: '/*' }]
    }
  }
  {
    name: 'flows'
    paths: ['/tenantId', '/flowId']
    kind: 'MultiHash'
    indexingPolicy: {
      // Flows of a tenant by time, versions of a flow by number.
      includedPaths: [{ path: '/savedAt/?' }, { path: '/number/?' }]
      excludedPaths: [{ path: '/*' }]
    }
  }
  {
    name: 'entities'
    paths: ['/tenantId', '/entityKey']
    kind: 'MultiHash'
    defaultTtl: -1
    indexingPolicy: {
      includedPaths: [{ path: '/kind/?' }, { path: '/timelineId/?' }]
      excludedPaths: [{ path: '/*' }]
    }
  }
  {
    name: 'quotas'
    paths: ['/subject']
    kind: 'Hash'
    defaultTtl: -1
    indexingPolicy: {
      includedPaths: []
      excludedPaths: [{ path: '/*' }]
    }
  }
  {
    name: 'deadletters'
    paths: ['/tenantId']
    kind: 'Hash'
    defaultTtl: 2592000
  }
]

module account 'br/public:avm/res/document-db/database-account:0.20.1' = {
  name: 'cosmos'
  params: {
    name: name
    location: location
    tags: tags
    disableLocalAuthentication: true
    disableKeyBasedMetadataWriteAccess: true
    minimumTlsVersion: 'Tls12'
    zoneRedundant: zoneRedundant
    capabilitiesToAdd: capacity == 'serverless' ? ['EnableServerless'] : []
    backupPolicyType: 'Continuous'
    backupPolicyContinuousTier: 'Continuous7Days'
    networkRestrictions: {
      publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    }
    sqlDatabases: [
      {
        name: database
        autoscaleSettingsMaxThroughput: capacity == 'autoscale' ? maxThroughput : null
        containers: containers
      }
    ]
    sqlRoleAssignments: [
      // shared/stores/cosmos.py: CosmosClient(
      {
        roleDefinitionId: roles.cosmosDbBuiltInDataContributor
        principalId: appPrincipalId
        scope: '${resourceId('Microsoft.DocumentDB/databaseAccounts', name)}/dbs/${database}'
      }
    ]
    privateEndpoints: [for service in (isPrivate ? ['Sql'] : []): {
      name: 'pep-${name}'
      service: service
      subnetResourceId: subnetId
      privateDnsZoneGroup: {
        privateDnsZoneGroupConfigs: [{ privateDnsZoneResourceId: zoneId }]
      }
    }]
    enableTelemetry: false
  }
}

output resourceId string = account.outputs.resourceId
output endpoint string = account.outputs.endpoint
output database string = database
