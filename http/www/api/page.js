// SPDX-License-Identifier: Apache-2.0
// Shows /openapi.json, of this daemon and nobody else: no file comes from the internet, and nothing is sent there.
SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#api',
  validatorUrl: null, // else it asks a service on the internet whether the description is good
  docExpansion: 'none',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: false,
});
