metadata description = 'Azure AI Content Safety, which judges what is said in agent calls; Entra ID only.'

import { roles } from 'roles.bicep'

param name string
param location string
param tags object
param appPrincipalId string
param isPrivate bool
param subnetId string
param zoneId string

module account 'br/public:avm/res/cognitive-services/account:0.18.0' = {
  name: 'safety'
  params: {
    name: name
    location: location
    tags: tags
    kind: 'ContentSafety'
    sku: 'S0'
    customSubDomainName: name
    disableLocalAuth: true
    restrictOutboundNetworkAccess: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    roleAssignments: [
      // shared/moderation/content_safety.py: ContentSafetyClient(
      {
        roleDefinitionIdOrName: roles.cognitiveServicesUser
        principalId: appPrincipalId
        principalType: 'ServicePrincipal'
      }
    ]
    privateEndpoints: [for each in (isPrivate ? ['account'] : []): {
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

output endpoint string = account.outputs.endpoint
