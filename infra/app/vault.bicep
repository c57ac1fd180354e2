metadata description = 'Key Vault for the keys of others and for the key that seals handles. What is in it is put there by people, never by this template.'

import { roles } from 'roles.bicep'

param name string
param location string
param tags object
@allowed([
  'standard'
  'premium'
])
param sku string
param softDeleteDays int
param appPrincipalId string
@description('Who puts secrets there; empty is nobody.')
param deployerPrincipalId string
param deployerPrincipalType string
param workspaceId string
param isPrivate bool
param subnetId string
param zoneId string

var ofTheApp = [
  // shared/credentials/key_vault.py: get_secret(
  {
    roleDefinitionIdOrName: roles.keyVaultSecretsUser
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
]
var ofTheDeployer = [
  // person: az keyvault secret set
  {
    roleDefinitionIdOrName: roles.keyVaultSecretsOfficer
    principalId: deployerPrincipalId
    principalType: deployerPrincipalType
  }
]

module vault 'br/public:avm/res/key-vault/vault:0.14.0' = {
  name: 'vault'
  params: {
    name: name
    location: location
    tags: tags
    sku: sku
    enableRbacAuthorization: true
    enablePurgeProtection: true
    enableSoftDelete: true
    softDeleteRetentionInDays: softDeleteDays
    enableVaultForDeployment: false
    enableVaultForDiskEncryption: false
    enableVaultForTemplateDeployment: false
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    roleAssignments: empty(deployerPrincipalId) ? ofTheApp : concat(ofTheApp, ofTheDeployer)
    diagnosticSettings: [
      {
        name: 'who-read-what'
        workspaceResourceId: workspaceId
        logCategoriesAndGroups: [{ categoryGroup: 'audit' }]
      }
    ]
    privateEndpoints: [for each in (isPrivate ? ['vault'] : []): {
      name: 'pep-${name}'
      service: each
      subnetResourceId: subnetId
      privateDnsZoneGroup: {
        privateDnsZoneGroupConfigs: [{ privateDnsZoneResourceId: zoneId }]
      }
    }]
    enableTelemetry: false
  }
}

output uri string = vault.outputs.uri
output name string = vault.outputs.name
