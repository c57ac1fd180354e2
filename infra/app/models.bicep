metadata description = 'Azure OpenAI with one deployment that plans and answers and one that embeds; Entra ID only.'

param name string
param location string
param tags object
@description('{deployment, model, version, sku, capacity}; capacity in thousands of tokens a minute.')
param chat object
@description('The same for the model that embeds.')
param embeddings object
param isPrivate bool
param subnetId string
param zoneId string

module account 'br/public:avm/res/cognitive-services/account:0.18.0' = {
  name: 'models'
  params: {
    name: name
    location: location
    tags: tags
    kind: 'OpenAI'
    sku: 'S0'
    customSubDomainName: name
    disableLocalAuth: true
    restrictOutboundNetworkAccess: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    deployments: [for each in [chat, embeddings]: {
      name: each.deployment
      model: {
        format: 'OpenAI'
        name: each.model
        version: each.version
      }
      sku: {
        name: each.sku
        capacity: each.capacity
      }
      // Another version answers otherwise: the evaluation is run before it is taken.
      versionUpgradeOption: 'OnceCurrentVersionExpired'
    }]
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

output name string = account.outputs.name
