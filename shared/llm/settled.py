"""The model of the settings, whatever a call chooses."""

from dataclasses import dataclass

from shared.contracts.models import ModelChoice
from shared.ports import Model


@dataclass(frozen=True, slots=True)
class SettledModels:
    model: Model

    def get(self, choice: ModelChoice) -> Model:
        return self.model
