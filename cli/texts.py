"""Print, as a JSON array, the texts whose embeddings the knowledge of the current pack needs."""

import json
import sys

from cli.knowledge.chunks import chunks_in, embedded_text, read_library
from shared.bootstrap import PACKS
from shared.packs import FolderPacks

if __name__ == "__main__":
    library = read_library(PACKS / FolderPacks(PACKS).current, PACKS.name)
    chunks = chunks_in(library.documents, embeddings="")
    json.dump([embedded_text(each) for each in chunks], sys.stdout)
