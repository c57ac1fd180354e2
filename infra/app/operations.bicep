metadata description = 'What operators look at and what calls them: a workbook, alerts, and whom they tell. docs/operations.md says what each alert means.'

param location string
param tags object
param insightsId string
param topicId string
param cosmosId string
@description('E-mail addresses that alerts go to.')
param emails array
@description('Resource ids of action groups that alerts go to as well.')
param actionGroupIds array
@description('From which value on each alert is raised.')
param thresholds object
@description('What the names of alerts begin with; the action group is called so.')
param prefix string

var withTopic = replace(loadTextContent('../workbooks/operations.json'), '<topic>', topicId)
var withCosmos = replace(withTopic, '<cosmos>', cosmosId)

// There is no verified module of it.
resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(insightsId, 'eira-operations')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'EIRA Agents'
    category: 'workbook'
    sourceId: insightsId
    version: 'Notebook/1.0'
    serializedData: replace(withCosmos, '<insights>', insightsId)
  }
}

module people 'br/public:avm/res/insights/action-group:0.8.0' = if (!empty(emails)) {
  name: 'people'
  params: {
    name: prefix
    groupShortName: 'eira'
    tags: tags
    emailReceivers: [for (address, index) in emails: {
      name: 'person-${index}'
      emailAddress: address
      useCommonAlertSchema: true
    }]
    enableTelemetry: false
  }
}

var tells = empty(emails) ? actionGroupIds : concat(actionGroupIds, [people!.outputs.resourceId])

// Severity 1 is for now, 2 for today, 3 for this week.
var alerts = [
  {
    name: 'error-rate'
    says: 'Runs fail, in percent, through no fault of who asked.'
    severity: 1
    query: loadTextContent('../alerts/error-rate.kql')
  }
  {
    name: 'first-token'
    says: 'One run in twenty says its first words later than that, in seconds.'
    severity: 2
    query: loadTextContent('../alerts/first-token.kql')
  }
  {
    name: 'queue'
    says: 'Runs wait for their first step, in seconds on average.'
    severity: 2
    query: loadTextContent('../alerts/queue.kql')
  }
  {
    name: 'dead-letters'
    says: 'The app gave up events of the ERP.'
    severity: 2
    query: loadTextContent('../alerts/dead-letters.kql')
  }
  {
    name: 'unknown-effects'
    says: 'Nobody knows whether something was done in the ERP.'
    severity: 1
    query: loadTextContent('../alerts/unknown-effects.kql')
  }
  {
    name: 'throttling'
    says: 'Calls of models or searches are refused because there are too many.'
    severity: 2
    query: loadTextContent('../alerts/throttling.kql')
  }
  {
    name: 'stuck-runs'
    says: 'Runs have neither ended nor waited for anybody for an hour.'
    severity: 2
    query: loadTextContent('../alerts/stuck-runs.kql')
  }
  {
    name: 'audit'
    says: 'Events that no run has sealed, or a tenant whose audit could not be anchored.'
    severity: 3
    query: loadTextContent('../alerts/audit.kql')
  }
]

module rules 'br/public:avm/res/insights/scheduled-query-rule:0.6.0' = [for alert in alerts: {
  name: 'alert-${alert.name}'
  params: {
    name: '${prefix}-${alert.name}'
    location: location
    tags: tags
    alertDisplayName: '${prefix}-${alert.name}'
    alertDescription: '${alert.says} docs/operations.md#${alert.name}'
    severity: alert.severity
    scopes: [insightsId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criterias: {
      allOf: [
        {
          query: alert.query
          metricMeasureColumn: 'value'
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: thresholds[alert.name]
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroupResourceIds: tells
    }
    enableTelemetry: false
  }
}]

module lostEvents 'br/public:avm/res/insights/metric-alert:0.4.1' = {
  name: 'alert-lost-events'
  params: {
    name: '${prefix}-lost-events'
    tags: tags
    alertDescription: 'Event Grid could not deliver events of the ERP and put them away. docs/operations.md#lost-events'
    severity: 2
    scopes: [topicId]
    targetResourceType: 'Microsoft.EventGrid/topics'
    windowSize: 'PT15M'
    evaluationFrequency: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allof: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'lost'
          metricName: 'DeadLetteredCount'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: thresholds['lost-events']
        }
      ]
    }
    actions: tells
    enableTelemetry: false
  }
}

module throttledStore 'br/public:avm/res/insights/metric-alert:0.4.1' = {
  name: 'alert-store-throttling'
  params: {
    name: '${prefix}-store-throttling'
    tags: tags
    alertDescription: 'Cosmos DB refuses requests because there are too many. docs/operations.md#store-throttling'
    severity: 2
    scopes: [cosmosId]
    targetResourceType: 'Microsoft.DocumentDB/databaseAccounts'
    windowSize: 'PT15M'
    evaluationFrequency: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allof: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'refused'
          metricName: 'TotalRequests'
          dimensions: [{ name: 'StatusCode', operator: 'Include', values: ['429'] }]
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: thresholds['store-throttling']
        }
      ]
    }
    actions: tells
    enableTelemetry: false
  }
}
