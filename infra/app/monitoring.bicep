metadata description = 'Application Insights on a Log Analytics workspace; neither takes keys.'

import { roles } from 'roles.bicep'

param workspaceName string
param insightsName string
param location string
param tags object
@description('Resource id of a workspace to be used; empty makes one.')
param existingWorkspaceId string
param retentionDays int
@description('What the workspace takes in a day, in GB; -1 is no limit.')
param dailyQuotaGb string
@description('Principal id of the app\'s identity.')
param appPrincipalId string

module workspace 'br/public:avm/res/operational-insights/workspace:0.16.1' = if (empty(existingWorkspaceId)) {
  name: 'workspace'
  params: {
    name: workspaceName
    location: location
    tags: tags
    dataRetention: retentionDays
    dailyQuotaGb: dailyQuotaGb
    // Azure encrypts it with its own keys; queries need no linked storage of ours.
    forceCmkForQuery: false
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
    enableTelemetry: false
  }
}

var workspaceId = empty(existingWorkspaceId) ? workspace!.outputs.resourceId : existingWorkspaceId

module insights 'br/public:avm/res/insights/component:0.8.0' = {
  name: 'insights'
  params: {
    name: insightsName
    location: location
    tags: tags
    workspaceResourceId: workspaceId
    retentionInDays: retentionDays
    // Who is told of is no address: requests are recorded without.
    disableIpMasking: false
    disableLocalAuth: true
    roleAssignments: [
      // shared/telemetry/exporting.py: AzureMonitorTraceExporter(
      {
        roleDefinitionIdOrName: roles.monitoringMetricsPublisher
        principalId: appPrincipalId
        principalType: 'ServicePrincipal'
      }
    ]
    enableTelemetry: false
  }
}

output workspaceId string = workspaceId
output insightsId string = insights.outputs.resourceId
output insightsName string = insights.outputs.name
@description('An address and an id; without a role nobody may send there, since local authentication is off.')
output connectionString string = insights.outputs.connectionString
