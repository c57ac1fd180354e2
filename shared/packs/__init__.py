"""Packs: what the agents are told, by version, read from folders and checked line by line."""

from shared.packs.folders import PACKS as PACKS
from shared.packs.folders import FolderPacks as FolderPacks
from shared.packs.folders import load_pack as load_pack
