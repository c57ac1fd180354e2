"""What people are told of the models that a call asks for."""

from collections.abc import Mapping

from shared.contracts.identity import Language

OF_MODELS: Mapping[str, Mapping[Language, str]] = {
    "model_provider_not_allowed": {
        "es": "El proveedor de modelos «{name}» no está entre los permitidos.",
        "en": "The model provider “{name}” is not among those allowed.",
    },
    "model_endpoint_not_allowed": {
        "es": "El punto de conexión «{name}» no está entre los permitidos.",
        "en": "The endpoint “{name}” is not among those allowed.",
    },
    "model_not_allowed": {
        "es": "El modelo «{name}» no está entre los permitidos.",
        "en": "The model “{name}” is not among those allowed.",
    },
}
