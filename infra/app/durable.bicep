metadata description = 'Durable Task Scheduler with the app\'s task hub. There is no verified module of it.'

import { roles } from 'roles.bicep'

param name string
param taskHub string
param location string
param tags object
@allowed([
  'Consumption'
  'Dedicated'
])
param sku string
@description('Capacity units of the SKU Dedicated.')
param capacity int
@description('Addresses that may come; the identity needs its role all the same. None may where the network is private.')
param allowedAddresses array
param appPrincipalId string
@description('Who looks at runs in the scheduler\'s dashboard; empty is nobody.')
param operatorPrincipalId string
param operatorPrincipalType string
param isPrivate bool
@description('Region of the network, where the endpoint is; the scheduler may be in another.')
param networkLocation string
param subnetId string
param zoneId string

resource scheduler 'Microsoft.DurableTask/schedulers@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: sku == 'Dedicated' ? { name: sku, capacity: capacity } : { name: sku }
    ipAllowlist: isPrivate ? [] : allowedAddresses
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
  }
}

resource hub 'Microsoft.DurableTask/schedulers/taskHubs@2026-02-01' = {
  parent: scheduler
  name: taskHub
}

// host: starts, runs and asks for orchestrations (shared/durable.py)
resource ofTheApp 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(hub.id, appPrincipalId, roles.durableTaskDataContributor)
  scope: hub
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.durableTaskDataContributor)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// person: the dashboard of the task hub in the portal
resource ofTheOperator 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorPrincipalId)) {
  name: guid(hub.id, operatorPrincipalId, roles.durableTaskDataContributor)
  scope: hub
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.durableTaskDataContributor)
    principalId: operatorPrincipalId
    principalType: operatorPrincipalType
  }
}

module privateEndpoint 'br/public:avm/res/network/private-endpoint:0.12.1' = if (isPrivate) {
  name: 'durable-private-endpoint'
  params: {
    name: 'pep-${name}'
    location: networkLocation
    tags: tags
    subnetResourceId: subnetId
    privateLinkServiceConnections: [
      {
        name: 'pep-${name}'
        properties: {
          privateLinkServiceId: scheduler.id
          groupIds: ['scheduler']
        }
      }
    ]
    privateDnsZoneGroup: {
      privateDnsZoneGroupConfigs: [{ privateDnsZoneResourceId: zoneId }]
    }
    enableTelemetry: false
  }
}

output endpoint string = scheduler.properties.endpoint
output taskHub string = hub.name
