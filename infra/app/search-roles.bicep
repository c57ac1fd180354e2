metadata description = 'Who may do what in the search service, whether it is ours or was there before.'

import { roles } from 'roles.bicep'

param name string
param appPrincipalId string
@description('Who makes and fills the index; empty is nobody.')
param deployerPrincipalId string
param deployerPrincipalType string

resource search 'Microsoft.Search/searchServices@2025-05-01' existing = {
  name: name
}

// shared/search/cerebro.py: SearchClient(
resource ofTheApp 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(search.id, appPrincipalId, roles.searchIndexDataContributor)
  scope: search
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.searchIndexDataContributor)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// person: ./eira packs load writes the documents
resource writesDocuments 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(deployerPrincipalId)) {
  name: guid(search.id, deployerPrincipalId, roles.searchIndexDataContributor)
  scope: search
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.searchIndexDataContributor)
    principalId: deployerPrincipalId
    principalType: deployerPrincipalType
  }
}

// person: ./eira packs load makes the index and its alias (shared/search/lifecycle.py)
resource makesIndexes 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(deployerPrincipalId)) {
  name: guid(search.id, deployerPrincipalId, roles.searchServiceContributor)
  scope: search
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.searchServiceContributor)
    principalId: deployerPrincipalId
    principalType: deployerPrincipalType
  }
}

output endpoint string = 'https://${name}.search.windows.net'
