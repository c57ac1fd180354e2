metadata description = 'The network that the app reaches its services in, when they are private.'

param name string
param location string
param tags object
@description('At least a /24.')
param addressPrefix string

var zoneNames = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  scheduler: 'privatelink.durabletask.io'
  cosmos: 'privatelink.documents.azure.com'
  search: 'privatelink.search.windows.net'
  models: 'privatelink.openai.azure.com'
  safety: 'privatelink.cognitiveservices.azure.com'
  vault: 'privatelink.vaultcore.azure.net'
}

module group 'br/public:avm/res/network/network-security-group:0.5.3' = {
  name: 'network-security-group'
  params: {
    name: 'nsg-${name}'
    location: location
    tags: tags
    securityRules: [
      {
        name: 'nothing-from-the-internet'
        properties: {
          access: 'Deny'
          direction: 'Inbound'
          priority: 4000
          protocol: '*'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
    enableTelemetry: false
  }
}

module network 'br/public:avm/res/network/virtual-network:0.10.1' = {
  name: 'network'
  params: {
    name: name
    location: location
    tags: tags
    addressPrefixes: [addressPrefix]
    subnets: [
      {
        name: 'app'
        addressPrefix: cidrSubnet(addressPrefix, 26, 0)
        // Flex Consumption lives in environments of container apps.
        delegation: 'Microsoft.App/environments'
        networkSecurityGroupResourceId: group.outputs.resourceId
      }
      {
        name: 'services'
        addressPrefix: cidrSubnet(addressPrefix, 26, 1)
        networkSecurityGroupResourceId: group.outputs.resourceId
        privateEndpointNetworkPolicies: 'Enabled'
      }
    ]
    enableTelemetry: false
  }
}

module zones 'br/public:avm/res/network/private-dns-zone:0.8.1' = [for zone in items(zoneNames): {
  name: 'zone-${zone.key}'
  params: {
    name: zone.value
    tags: tags
    virtualNetworkLinks: [{ virtualNetworkResourceId: network.outputs.resourceId }]
    enableTelemetry: false
  }
}]

output appSubnetId string = network.outputs.subnetResourceIds[0]
output servicesSubnetId string = network.outputs.subnetResourceIds[1]
output zones object = toObject(items(zoneNames), zone => zone.key, zone => resourceId('Microsoft.Network/privateDnsZones', zone.value))
