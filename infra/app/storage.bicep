metadata description = 'Storage of the Functions host: the deployed package, keys and leases, Durable\'s queues and tables if they are here, dead letters of Event Grid. Without shared keys.'

import { roles } from 'roles.bicep'

param name string
param location string
param tags object
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
  'Standard_GZRS'
])
param sku string
param packageContainer string
param deadLetterContainer string
param appPrincipalId string
@description('Principal id of the Event Grid topic\'s own identity.')
param topicPrincipalId string
@description('Whether Durable keeps its state here, and not in a scheduler.')
param holdsDurable bool
param isPrivate bool
param subnetId string
@description('Private DNS zone ids of blob, queue and table; empty without a network.')
param zones object

var services = ['blob', 'queue', 'table']

var ofTheHost = [
  // host: the package, the host's keys, leases of timers and of its singletons
  {
    roleDefinitionIdOrName: roles.storageBlobDataOwner
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
]
var ofDurable = [
  // host: control and work item queues of Durable
  {
    roleDefinitionIdOrName: roles.storageQueueDataContributor
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
  // host: history and instances of Durable
  {
    roleDefinitionIdOrName: roles.storageTableDataContributor
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
]

module storage 'br/public:avm/res/storage/storage-account:0.33.0' = {
  name: 'storage'
  params: {
    name: name
    location: location
    tags: tags
    skuName: sku
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      // Event Grid, which brings dead letters, is a trusted service and is in no network.
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
    blobServices: {
      deleteRetentionPolicyEnabled: true
      deleteRetentionPolicyDays: 7
      containerDeleteRetentionPolicyEnabled: true
      containerDeleteRetentionPolicyDays: 7
      containers: [
        {
          name: packageContainer
          publicAccess: 'None'
        }
        {
          name: deadLetterContainer
          publicAccess: 'None'
          roleAssignments: [
            // erp-subscription.bicep: deadLetterWithResourceIdentity
            {
              roleDefinitionIdOrName: roles.storageBlobDataContributor
              principalId: topicPrincipalId
              principalType: 'ServicePrincipal'
            }
          ]
        }
      ]
    }
    managementPolicyRules: [
      {
        name: 'dead-letters'
        type: 'Lifecycle'
        definition: {
          actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 30 } } }
          filters: {
            blobTypes: ['blockBlob']
            prefixMatch: ['${deadLetterContainer}/']
          }
        }
      }
    ]
    roleAssignments: holdsDurable ? concat(ofTheHost, ofDurable) : ofTheHost
    privateEndpoints: [for service in (isPrivate ? services : []): {
      name: 'pep-${name}-${service}'
      service: service
      subnetResourceId: subnetId
      privateDnsZoneGroup: {
        privateDnsZoneGroupConfigs: [{ privateDnsZoneResourceId: zones[service] }]
      }
    }]
    enableTelemetry: false
  }
}

output name string = storage.outputs.name
output resourceId string = storage.outputs.resourceId
output blobEndpoint string = storage.outputs.serviceEndpoints.blob
