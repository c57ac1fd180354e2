"""Print, as a JSON array, the texts whose embeddings the knowledge of the current pack needs."""

import json
import sys

from cli.seed import embedded_text, read_knowledge
from shared.bootstrap import PACKS
from shared.packs import FolderPacks

if __name__ == "__main__":
    documents = read_knowledge(PACKS / FolderPacks(PACKS).current)
    json.dump([embedded_text(each) for each in documents], sys.stdout)
