metadata description = 'Who may ask the models, whether the account is ours or was there before.'

import { roles } from 'roles.bicep'

param name string
param appPrincipalId string
@description('Who fills the index; empty is nobody.')
param deployerPrincipalId string
param deployerPrincipalType string

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' existing = {
  name: name
}

// shared/providers.py: AsyncAzureOpenAI(
resource ofTheApp 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, appPrincipalId, roles.cognitiveServicesOpenAiUser)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.cognitiveServicesOpenAiUser)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// person: ./eira packs load embeds the documents
resource ofTheDeployer 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(deployerPrincipalId)) {
  name: guid(account.id, deployerPrincipalId, roles.cognitiveServicesOpenAiUser)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.cognitiveServicesOpenAiUser)
    principalId: deployerPrincipalId
    principalType: deployerPrincipalType
  }
}

output endpoint string = account.properties.endpoint
