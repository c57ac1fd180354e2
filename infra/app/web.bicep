metadata description = 'The front end. It calls the Function App directly: a linked API would be cut off after 45 seconds.'

param name string
param location string
param tags object
@allowed([
  'Free'
  'Standard'
])
param sku string

module site 'br/public:avm/res/web/static-site:0.9.5' = {
  name: 'web'
  params: {
    name: name
    location: location
    // azd finds by this tag where the front end goes.
    tags: union(tags, { 'azd-service-name': 'web' })
    sku: sku
    publicNetworkAccess: 'Enabled'
    enableTelemetry: false
  }
}

output origin string = 'https://${site.outputs.defaultHostname}'
