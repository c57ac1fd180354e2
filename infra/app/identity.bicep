metadata description = 'The one identity of the app. All its rights are roles, in the files of what they are for.'

param name string
param location string
param tags object

module identity 'br/public:avm/res/managed-identity/user-assigned-identity:0.6.0' = {
  name: 'identity'
  params: {
    name: name
    location: location
    tags: tags
    enableTelemetry: false
  }
}

output resourceId string = identity.outputs.resourceId
output clientId string = identity.outputs.clientId
output principalId string = identity.outputs.principalId
