"""The OpenAPI 3.1 document of the API: `routes` declares it, `document` writes it."""
