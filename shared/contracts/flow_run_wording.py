"""What people are told of flows that run, besides what is wrong with a node."""

from collections.abc import Mapping

from shared.contracts.identity import Language

OF_FLOW_RUNS: Mapping[str, Mapping[Language, str]] = {
    "flow_failed": {
        "es": "El flujo no ha podido terminar.",
        "en": "The flow could not be completed.",
    },
    "flow_node_failed": {
        "es": "Falló el nodo «{node}»: {why}",
        "en": "The node “{node}” failed: {why}",
    },
    "flow_not_answered": {
        "es": "Nadie contestó a tiempo a lo que el flujo preguntaba.",
        "en": "Nobody answered in time what the flow asked.",
    },
    "flow_only_one": {
        "es": "Hace falta «flow» o «flowId» (con su versión), y solo uno de los dos.",
        "en": "Either “flow” or “flowId” (with its version) is needed, and only one of them.",
    },
    "flow_version_alone": {
        "es": "«version» va con «flowId»: un flujo que se envía entero no tiene ninguna.",
        "en": "“version” goes with “flowId”: a flow that is sent whole has none.",
    },
    "flow_inputs_too_large": {
        "es": "Las variables de entrada ocupan más de {limit} bytes.",
        "en": "The input variables are larger than {limit} bytes.",
    },
    "flow_sim_only_sent": {
        "es": "Un valor que es solo del simulador no se envía ({name}).",
        "en": "A value that is for the simulator only is not sent ({name}).",
    },
    "nothing_asked": {
        "es": "La ejecución no espera ninguna respuesta.",
        "en": "The run is not waiting for an answer.",
    },
    "another_asked": {
        "es": "La ejecución espera la respuesta a otra pregunta («{asked}»).",
        "en": "The run is waiting for the answer to another question (“{asked}”).",
    },
    "input_given": {
        "es": "A esa pregunta ya se ha contestado otra cosa.",
        "en": "That question was answered differently already.",
    },
}
