metadata description = 'Azure AI Search for Cerebro, with the semantic ranker; Entra ID only. The index is made by `./eira packs load`.'

param name string
param location string
param tags object
@allowed([
  'basic'
  'standard'
  'standard2'
  'standard3'
])
param sku string
param replicas int
param partitions int
@allowed([
  'free'
  'standard'
])
param semanticRanker string
param isPrivate bool
param subnetId string
param zoneId string

module search 'br/public:avm/res/search/search-service:0.13.0' = {
  name: 'search'
  params: {
    name: name
    location: location
    tags: tags
    sku: sku
    replicaCount: replicas
    partitionCount: partitions
    semanticSearch: semanticRanker
    disableLocalAuth: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    privateEndpoints: [for each in (isPrivate ? ['searchService'] : []): {
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

output name string = search.outputs.name
