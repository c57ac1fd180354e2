"""A local Azure AI Search: keywords by tantivy, vectors by numpy, filters by OData."""
