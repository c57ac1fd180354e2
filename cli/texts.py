"""Print, as a JSON array, the texts whose embeddings the knowledge of the current pack needs."""

import json
import sys

from cli.knowledge.chunks import chunks_in, read_library
from shared.packs import PACKS, FolderPacks
from shared.search.embedding import embedded_text

if __name__ == "__main__":
    library = read_library(PACKS / FolderPacks(PACKS).current, PACKS.name)
    chunks = chunks_in(library.documents, embeddings="")
    json.dump([embedded_text(each.title, each.content) for each in chunks], sys.stdout)
