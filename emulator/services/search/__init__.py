"""A local Azure AI Search: keywords by tantivy, vectors by numpy, filters by OData."""

import os

# A query is a product of 10,000 vectors at most: a second thread costs more than it saves, most of
# all on a busy machine. numpy reads this once, when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
