"""What people are told of a search: its warnings, and what cannot be asked of it."""

from collections.abc import Mapping

from shared.contracts.identity import Language

OF_SEARCH: Mapping[str, Mapping[Language, str]] = {
    "retrieval_small_talk": {
        "es": "No hacía falta buscar: era conversación.",
        "en": "There was nothing to look up: it was small talk.",
    },
    "retrieval_unclear": {
        "es": "No se ha buscado: aún no estaba claro qué se pedía.",
        "en": "Nothing was looked up: it was not clear yet what was asked.",
    },
    "retrieval_question": {
        "es": "La respuesta es una pregunta sobre lo que falta.",
        "en": "The answer is a question about what is missing.",
    },
    "retrieval_tools": {
        "es": "La respuesta sale de lo que han hecho las herramientas.",
        "en": "The answer is from what the tools did.",
    },
    "retrieval_not_asked": {
        "es": "No se ha buscado en los documentos.",
        "en": "The documents were not looked into.",
    },
    "retrieval_failed": {
        "es": "No se ha podido buscar en los documentos.",
        "en": "The documents could not be looked into.",
    },
    "retrieval_nothing": {
        "es": "Se ha buscado en los documentos sin encontrar nada.",
        "en": "The documents were looked into, and nothing was found.",
    },
    "retrieval_uncited": {
        "es": "Se han encontrado pasajes ({found}), y la respuesta no cita ninguno.",
        "en": "Passages were found ({found}), and the answer cites none of them.",
    },
    "retrieval_weak": {
        "es": "Se apoya en {cited} de {found} pasajes, que quizá no basten.",
        "en": "It rests on {cited} of {found} passages, which may not be enough.",
    },
    "retrieval_found": {
        "es": "Se apoya en {cited} de {found} pasajes encontrados en los documentos.",
        "en": "It rests on {cited} of {found} passages found in the documents.",
    },
    "warning_evidence_weak": {
        "es": "Lo que se ha encontrado en los documentos puede no bastar para esta respuesta.",
        "en": "What was found in the documents may not be enough for this answer.",
    },
    "warning_answers_generative": {
        "es": "El servicio de búsqueda no da respuestas generativas; se han pedido extractivas.",
        "en": "The search service gives no generative answers; extractive ones were asked for.",
    },
    "warning_answers_without_semantic": {
        "es": "Las respuestas y los resúmenes solo vienen con una búsqueda semántica o híbrida.",
        "en": "Answers and captions come only with a semantic or hybrid search.",
    },
    "warning_syntax_failed": {
        "es": "La consulta no sigue la sintaxis completa; se han buscado las palabras tal cual.",
        "en": "The query does not follow the full syntax; its words were searched as they stand.",
    },
    "warning_syntax_ignored": {
        "es": "La sintaxis completa solo vale con el modo keyword; se han buscado las palabras.",
        "en": "The full syntax goes with the mode keyword only; the words were searched.",
    },
    "warning_highlight_without_words": {
        "es": "Solo se señalan palabras si se buscan: con el modo vector no las hay.",
        "en": "Words are marked only where they are searched for: the mode vector has none.",
    },
    "warning_language_unknown": {
        "es": "No hay campos analizados en este idioma; se ha buscado en los españoles.",
        "en": "No field is analysed in this language; the Spanish ones were searched.",
    },
    "search_index_not_allowed": {
        "es": "El índice «{name}» no está entre los permitidos.",
        "en": "The index “{name}” is not among those allowed.",
    },
    "search_configuration_not_allowed": {
        "es": "La configuración semántica «{name}» no está entre las permitidas.",
        "en": "The semantic configuration “{name}” is not among those allowed.",
    },
    "search_embedding_not_allowed": {
        "es": "Los vectores de los índices no son del modelo «{name}».",
        "en": "The vectors of the indexes are not of the model “{name}”.",
    },
    "search_field": {
        "es": "«{name}» no es un campo que se pueda pedir aquí",
        "en": "“{name}” is not a field that can be asked for here",
    },
    "search_scoring": {
        "es": "no hay ningún perfil de puntuación «{name}»",
        "en": "there is no scoring profile “{name}”",
    },
    "search_dimensions": {
        "es": "debe tener {wanted} números y tiene {given}",
        "en": "must have {wanted} numbers and has {given}",
    },
    "search_skip": {
        "es": "con varios índices debe ser {most} o menos",
        "en": "with several indexes must be {most} or less",
    },
    "filter_at": {
        "es": "en la posición {position}: {reason}",
        "en": "at position {position}: {reason}",
    },
    "filter_open_string": {
        "es": "falta la comilla que cierra",
        "en": "the closing quote is missing",
    },
    "filter_unreadable": {
        "es": "este signo no forma parte de un filtro OData",
        "en": "this character is no part of an OData filter",
    },
    "filter_unexpected": {
        "es": "aquí sobra «{found}»",
        "en": "“{found}” is one too many here",
    },
    "filter_expected": {"es": "falta «{expected}»", "en": "“{expected}” is missing"},
    "filter_too_deep": {
        "es": "hay demasiados paréntesis unos dentro de otros",
        "en": "there are too many brackets inside brackets",
    },
    "filter_operator": {
        "es": "se espera eq, ne, gt, ge, lt o le",
        "en": "eq, ne, gt, ge, lt or le is expected",
    },
    "filter_collection": {
        "es": "«{field}» es una colección: usa any o all",
        "en": "“{field}” is a collection: use any or all",
    },
    "filter_no_collection": {
        "es": "«{field}» no es una colección: any y all no valen",
        "en": "“{field}” is no collection: any and all do not apply",
    },
    "filter_type": {
        "es": "no es un valor para «{field}», que es {type}",
        "en": "is no value for “{field}”, which is {type}",
    },
    "filter_field_expected": {"es": "se espera un campo", "en": "a field is expected"},
    "filter_field": {
        "es": "no se puede filtrar por «{field}»",
        "en": "“{field}” cannot be filtered by",
    },
    "filter_function": {
        "es": "la función «{function}» no existe aquí",
        "en": "there is no function “{function}” here",
    },
    "filter_constant": {
        "es": "se espera una constante: 'texto', un número, una fecha, true, false o null",
        "en": "a constant is expected: 'text', a number, a date, true, false or null",
    },
    "filter_not": {
        "es": "detrás de not van paréntesis: not (…)",
        "en": "brackets follow not: not (…)",
    },
    "filter_number": {
        "es": "este número no cabe en Edm.Double",
        "en": "this number does not fit into Edm.Double",
    },
    "filter_moment": {
        "es": "no es una fecha y hora que exista",
        "en": "is no date and time that exists",
    },
    "filter_text": {"es": "se espera un texto entre comillas", "en": "a quoted text is expected"},
    "filter_match_inside": {
        "es": "search.ismatch no puede estar dentro de any o all",
        "en": "search.ismatch cannot be inside any or all",
    },
    "filter_match": {
        "es": "search.ismatch lleva palabras y, si acaso, campos, 'simple' o 'full', 'any' o 'all'",
        "en": "search.ismatch takes words and perhaps fields, 'simple' or 'full', 'any' or 'all'",
    },
    "filter_unsearchable": {
        "es": "no se puede buscar en «{field}»",
        "en": "“{field}” cannot be searched",
    },
    "filter_variable": {
        "es": "se espera el nombre de una variable que no sea un campo",
        "en": "the name of a variable that is no field is expected",
    },
    "filter_any": {
        "es": "dentro de any solo valen eq y search.in, unidos por or",
        "en": "inside any only eq and search.in apply, joined by or",
    },
    "filter_all": {
        "es": "dentro de all solo valen ne, not (… eq …) y not search.in, unidos por and",
        "en": "inside all only ne, not (… eq …) and not search.in apply, joined by and",
    },
}
