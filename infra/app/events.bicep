metadata description = 'The Event Grid topic that the ERP tells its events to; Entra ID only. The app is subscribed to it after its code is deployed (erp-subscription.bicep).'

import { roles } from 'roles.bicep'

param name string
param location string
param tags object
@allowed([
  'CloudEventSchemaV1_0'
  'EventGridSchema'
])
param schema string
@description('Principal id of the ERP; empty is nobody yet.')
param erpPrincipalId string

var ofTheErp = [
  // erp: sends its events
  {
    roleDefinitionIdOrName: roles.eventGridDataSender
    principalId: erpPrincipalId
    principalType: 'ServicePrincipal'
  }
]

module topic 'br/public:avm/res/event-grid/topic:0.10.0' = {
  name: 'events'
  params: {
    name: name
    location: location
    tags: tags
    inputSchema: schema
    disableLocalAuth: true
    minimumTlsVersionAllowed: '1.2'
    // The ERP is in no network of ours.
    publicNetworkAccess: 'Enabled'
    managedIdentities: {
      systemAssigned: true
    }
    roleAssignments: empty(erpPrincipalId) ? [] : ofTheErp
    enableTelemetry: false
  }
}

output name string = topic.outputs.name
output resourceId string = topic.outputs.resourceId
output endpoint string = topic.outputs.endpoint
output principalId string = topic.outputs.?systemAssignedMIPrincipalId ?? ''
