metadata description = 'Subscribes the function erp_event to the ERP\'s topic. Azure checks that the function is there, so azd deploys this after the code.'

targetScope = 'resourceGroup'

param topicName string
param functionAppName string
param storageName string
param deadLetterContainer string = 'erp-deadletters'
@description('Which events are brought; empty is all. The app refuses what Events__Types does not name.')
param eventTypes array = []
@description('The schema that the topic takes.')
@allowed([
  'CloudEventSchemaV1_0'
  'EventGridSchema'
])
param schema string = 'CloudEventSchemaV1_0'

resource functionApp 'Microsoft.Web/sites@2024-04-01' existing = {
  name: functionAppName
}

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageName
}

module subscription 'br/public:avm/res/event-grid/topic/event-subscription:0.1.0' = {
  name: 'erp-events'
  params: {
    name: 'erp-events'
    topicName: topicName
    destination: {
      endpointType: 'AzureFunction'
      properties: {
        resourceId: '${functionApp.id}/functions/erp_event'
        // One at a time: what is done for an event is not undone when its neighbour fails.
        maxEventsPerBatch: 1
      }
    }
    eventDeliverySchema: schema
    filter: empty(eventTypes) ? null : { includedEventTypes: eventTypes }
    retryPolicy: {
      eventTimeToLiveInMinutes: 1440
      maxDeliveryAttempts: 30
    }
    deadLetterWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: {
          resourceId: storage.id
          blobContainerName: deadLetterContainer
        }
      }
    }
    enableTelemetry: false
  }
}
