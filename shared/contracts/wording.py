"""What people are told, in their language, by key."""

from collections.abc import Mapping

from shared.contracts.chat_wording import OF_CHAT
from shared.contracts.flow_run_wording import OF_FLOW_RUNS
from shared.contracts.flow_wording import OF_EXPRESSIONS, OF_FIELDS, OF_FLOWS
from shared.contracts.identity import Language
from shared.contracts.model_wording import OF_MODELS
from shared.contracts.search_wording import OF_SEARCH
from shared.contracts.tool_wording import OF_TOOLS

WORDING: Mapping[str, Mapping[Language, str]] = {
    **OF_CHAT,
    **OF_FLOW_RUNS,
    **OF_FLOWS,
    **OF_EXPRESSIONS,
    **OF_FIELDS,
    **OF_MODELS,
    **OF_SEARCH,
    **OF_TOOLS,
    "invalid_request": {
        "es": "La petición tiene campos que no son válidos.",
        "en": "The request has fields that are not valid.",
    },
    "not_json": {
        "es": "El cuerpo de la petición no es un objeto JSON.",
        "en": "The body of the request is not a JSON object.",
    },
    "unsupported_encoding": {
        "es": "El cuerpo de la petición no puede ir comprimido (Content-Encoding).",
        "en": "The body of the request must not be compressed (Content-Encoding).",
    },
    "token_missing": {
        "es": "Falta el token de acceso: envía «Authorization: Bearer …».",
        "en": "The access token is missing: send “Authorization: Bearer …”.",
    },
    "token_invalid": {
        "es": "El token de acceso no es válido o ha caducado.",
        "en": "The access token is not valid or has expired.",
    },
    "conversation_not_found": {
        "es": "La conversación no existe.",
        "en": "The conversation does not exist.",
    },
    "run_not_found": {"es": "La ejecución no existe.", "en": "The run does not exist."},
    "flow_not_found": {"es": "El flujo no existe.", "en": "The flow does not exist."},
    "flow_version_not_found": {
        "es": "El flujo no tiene esa versión.",
        "en": "The flow has no such version.",
    },
    "flow_changed": {
        "es": "El flujo ha cambiado: {who} guardó la versión {version} ({when}).",
        "en": "The flow has changed: {who} saved version {version} ({when}).",
    },
    "flow_unconditional": {
        "es": "Falta «If-Match» con la versión que se ha editado (su ETag), o «*» para no mirarla.",
        "en": "“If-Match” is missing: the version that was edited (its ETag), or “*” for any.",
    },
    "field_etag": {
        "es": 'debe ser el ETag de una versión, como "3", o *',
        "en": 'must be the ETag of a version, such as "3", or *',
    },
    "message_too_large": {
        "es": "El mensaje tiene {length} caracteres y el máximo es {limit}.",
        "en": "The message has {length} characters and the limit is {limit}.",
    },
    "context_too_large": {
        "es": "El contexto ocupa más de {limit} bytes.",
        "en": "The context is larger than {limit} bytes.",
    },
    "body_too_large": {
        "es": "La petición ocupa más de {limit} bytes.",
        "en": "The request is larger than {limit} bytes.",
    },
    "unsupported_media_type": {
        "es": "El tipo de contenido debe ser uno de estos: {allowed}.",
        "en": "The content type must be one of these: {allowed}.",
    },
    "conversation_busy": {
        "es": "La conversación tiene otra ejecución en curso: {run_id}.",
        "en": "The conversation has another run under way: {run_id}.",
    },
    "regenerates_newest": {
        "es": "Solo la última respuesta de una conversación se puede volver a redactar.",
        "en": "Only the newest answer of a conversation can be given again.",
    },
    "regenerates_answers": {
        "es": "Esta ejecución no llegó a responder: envía el mensaje otra vez.",
        "en": "This run did not get so far as to answer: send the message again.",
    },
    "queue_full": {
        "es": "En la conversación ya esperan {limit} ejecuciones: espera a que termine alguna.",
        "en": "{limit} runs of the conversation are waiting already: let one of them end first.",
    },
    "idempotency_mismatch": {
        "es": "Esta Idempotency-Key ya se usó con otro cuerpo.",
        "en": "This Idempotency-Key was used with another body.",
    },
    "internal": {
        "es": "Algo ha fallado por nuestra parte.",
        "en": "Something failed on our side.",
    },
    "timeout": {
        "es": "Un servicio no ha contestado a tiempo. Inténtalo de nuevo.",
        "en": "A service did not answer in time. Please try again.",
    },
    "model_unavailable": {
        "es": "El modelo de lenguaje no está disponible. Inténtalo de nuevo en un momento.",
        "en": "The language model is not available. Please try again in a moment.",
    },
    "model_refused": {
        "es": "El modelo de lenguaje no ha podido atender esta petición.",
        "en": "The language model could not serve this request.",
    },
    "model_rate_limit": {
        "es": "El modelo de lenguaje está saturado. Inténtalo de nuevo en un momento.",
        "en": "The language model is overloaded. Please try again in a moment.",
    },
    "search_unavailable": {
        "es": "La búsqueda en Cerebro no está disponible.",
        "en": "The search in Cerebro is not available.",
    },
    "search_rate_limit": {
        "es": "La búsqueda en Cerebro está saturada.",
        "en": "The search in Cerebro is overloaded.",
    },
    "erp_unavailable": {
        "es": "El ERP no está disponible.",
        "en": "The ERP is not available.",
    },
    "store_unavailable": {
        "es": "El almacén de datos no está disponible. Inténtalo de nuevo en un momento.",
        "en": "The data store is not available. Please try again in a moment.",
    },
    "content_blocked": {
        "es": "El filtro de contenido no permite responder a este mensaje.",
        "en": "The content filter does not allow an answer to this message.",
    },
    "warning_search_failed": {
        "es": "La búsqueda en Cerebro falló; la respuesta se ha hecho sin sus documentos.",
        "en": "The search in Cerebro failed; the answer was made without its documents.",
    },
    "warning_search_partial": {
        "es": "Una parte de Cerebro no respondió; la respuesta se ha hecho con el resto.",
        "en": "A part of Cerebro did not answer; the answer was made with the rest.",
    },
    "warning_embedding_failed": {
        "es": "La búsqueda por significado falló; se ha buscado solo por palabras.",
        "en": "The search by meaning failed; only words were searched.",
    },
    "warning_pack_gone": {
        "es": "La versión con que empezó esta conversación ya no está; se usa la actual.",
        "en": "The version that this conversation began with is gone; the current one is used.",
    },
    "pack_gone": {
        "es": "Esta ejecución empezó con una versión de los agentes que ya no está.",
        "en": "This run began with a version of the agents that is gone.",
    },
    "warning_ignored_agent_id": {
        "es": "Se ha ignorado agentId: el agente se define en la propia petición.",
        "en": "agentId was ignored: an agent is defined in the request itself.",
    },
    "warning_ignored_provider": {
        "es": "Se ha ignorado provider: agent_service no se usa aquí.",
        "en": "provider was ignored: agent_service is not used here.",
    },
    "warning_ignored_stream": {
        "es": "Se ha ignorado stream: decide la cabecera Accept.",
        "en": "stream was ignored: the header Accept decides.",
    },
    "warning_semantic_failed": {
        "es": "El servicio de búsqueda no pudo ordenar por significado.",
        "en": "The search service could not rank by meaning.",
    },
    "run_ended": {
        "es": "La ejecución {run_id} ya ha terminado.",
        "en": "The run {run_id} has ended already.",
    },
    "approval_not_found": {
        "es": "La aprobación no existe.",
        "en": "The approval does not exist.",
    },
    "no_right_to_approve": {
        "es": "Tu usuario no puede decidir sobre esto (falta {right}).",
        "en": "Your user may not decide on this ({right} is missing).",
    },
    "not_ones_own": {
        "es": "Esto lo tiene que aprobar otra persona.",
        "en": "Somebody else has to approve this.",
    },
    "approval_changed": {
        "es": "Lo que se quiere aprobar no es lo que espera aprobación: vuelve a leerlo.",
        "en": "What is to be approved is not what waits for approval: read it again.",
    },
    "approval_used": {
        "es": "Sobre esto ya se ha decidido.",
        "en": "This has been decided already.",
    },
    "approval_expired_gone": {
        "es": "El plazo para decidir ha pasado.",
        "en": "The time to decide is over.",
    },
    "approval_withdrawn": {
        "es": "La ejecución {run_id} ya ha terminado: no queda nada que decidir.",
        "en": "The run {run_id} has ended already: there is nothing left to decide.",
    },
    "needs_failed": {
        "es": "dependía de un paso anterior que no consta como hecho",
        "en": "it needed an earlier step that is not known to be done",
    },
    "approval_rejected": {
        "es": "quien debía aprobarlo lo rechazó",
        "en": "whoever had to approve it rejected it",
    },
    "approval_expired": {
        "es": "nadie lo aprobó a tiempo",
        "en": "nobody approved it in time",
    },
    "cancelled_behind_tools": {
        "es": "La ejecución se ha detenido; lo que ya se hizo permanece.",
        "en": "The run was stopped; what was already done remains.",
    },
    "failed_behind_tools": {
        "es": "Antes se hizo esto, y permanece; no lo pidas otra vez:",
        "en": "Before that, this was done, and it remains; do not ask for it again:",
    },
    "deadline_exceeded": {
        "es": "La ejecución ha tardado más de lo permitido y se ha detenido.",
        "en": "The run took longer than allowed and was stopped.",
    },
    "queued_too_long": {
        "es": "La ejecución anterior de la conversación no termina. Inténtalo de nuevo.",
        "en": "The conversation's earlier run does not end. Please try again.",
    },
    "budget_exceeded": {
        "es": "Esta petición necesita más trabajo del que se permite en una ejecución.",
        "en": "This request needs more work than one run is allowed.",
    },
    "cancelled": {
        "es": "La ejecución se ha detenido.",
        "en": "The run was stopped.",
    },
    "bad_plan": {
        "es": "No he podido preparar un plan correcto para esta petición.",
        "en": "I could not prepare a correct plan for this request.",
    },
    "no_right": {
        "es": "tu usuario no tiene permiso para esto ({right})",
        "en": "your user has no permission for this ({right})",
    },
    "unreachable": {
        "es": "No se ha podido contactar con el ERP.",
        "en": "The ERP could not be reached.",
    },
    "erp_busy": {
        "es": "El ERP no admite más peticiones por ahora. Inténtalo más tarde.",
        "en": "The ERP takes no more requests for now. Please try again later.",
    },
    "erp_refused": {
        "es": "el ERP no ha aceptado los datos y no ha dicho por qué",
        "en": "the ERP did not accept the data and did not say why",
    },
    "erp_forbids": {
        "es": "el ERP no lo ha permitido y no ha dicho por qué",
        "en": "the ERP did not allow it and did not say why",
    },
    "erp_has_none": {
        "es": "el ERP no encuentra lo que se pedía",
        "en": "the ERP cannot find what was asked for",
    },
    "erp_conflict": {
        "es": "no cuadra con lo que el ERP ya tiene",
        "en": "it does not agree with what the ERP already has",
    },
    "no_answer_of_cerebro": {
        "es": "Cerebro no ha contestado y no se sabe si el documento llegó a guardarse.",
        "en": "Cerebro did not answer, and whether it stored the document is not known.",
    },
    "nonsense_of_cerebro": {
        "es": "Cerebro ha contestado algo que no se puede leer.",
        "en": "Cerebro answered something that cannot be read.",
    },
    "no_answer": {
        "es": "El ERP no ha contestado y no se sabe si la operación llegó a hacerse.",
        "en": "The ERP did not answer, and whether it acted is not known.",
    },
    "missing_required": {"es": "hace falta", "en": "is required"},
    "missing_no_source": {
        "es": "nadie lo ha dicho",
        "en": "nobody said it",
    },
    "missing_invalid": {"es": "«{said}» no es válido.", "en": "“{said}” is not valid."},
    "missing_not_in_quote": {
        "es": "No sé qué valor es «{said}».",
        "en": "I cannot tell which value “{said}” is.",
    },
    "missing_no_date": {
        "es": "No sé qué día es «{said}».",
        "en": "I cannot tell which day “{said}” is.",
    },
    "missing_other_date": {
        "es": "No estoy seguro de qué día es «{said}».",
        "en": "I am not sure which day “{said}” is.",
    },
    "missing_no_such_day": {
        "es": "«{said}» no existe en el calendario.",
        "en": "“{said}” is not in the calendar.",
    },
    "missing_other_weekday": {
        "es": "«{said}» no cuadra: esa fecha cae en otro día de la semana.",
        "en": "“{said}” does not fit: that date is another day of the week.",
    },
    "missing_past": {"es": "«{said}» ya ha pasado.", "en": "“{said}” is in the past."},
    "missing_no_record": {
        "es": "En el ERP no encuentro «{said}».",
        "en": "I cannot find “{said}” in the ERP.",
    },
    "missing_hidden": {
        "es": "«{said}» no me lleva a un registro que se pueda usar: dime su nombre completo.",
        "en": "“{said}” leads me to no record that can be used: tell me its full name.",
    },
    "missing_several": {
        "es": "«{said}» puede ser más de uno.",
        "en": "“{said}” may be more than one.",
    },
    "missing_closed": {
        "es": "«{said}» está en el ERP, pero ya no se puede usar.",
        "en": "“{said}” is in the ERP but can no longer be used.",
    },
    "missing_unchecked": {
        "es": "No he podido comprobar «{said}» en el ERP.",
        "en": "I could not check “{said}” in the ERP.",
    },
    "to_create": {"es": "para crear {object} ", "en": "to create {object} "},
    "missing_change": {"es": "no se dice qué cambia", "en": "it is not said what changes"},
    "value_true": {"es": "sí", "en": "yes"},
    "value_false": {"es": "no", "en": "no"},
    "the_change": {"es": "cambio", "en": "change"},
    "ask_one": {
        "es": "me falta un dato: ¿{field}?",
        "en": "I need one more thing: {field}?",
    },
    "ask_choice": {
        "es": "me falta un dato, {field}: ¿{choices}?",
        "en": "I need one more thing, the {field}: {choices}?",
    },
    "ask_many": {
        "es": "me faltan estos datos: ¿{fields}?",
        "en": "I need these: {fields}?",
    },
    "field_of": {"es": "{field} de «{about}»", "en": "{field} of “{about}”"},
    "or": {"es": " o ", "en": " or "},
    "field_missing": {"es": "falta", "en": "is missing"},
    "field_extra_forbidden": {"es": "este campo no existe", "en": "there is no such field"},
    "field_string_type": {"es": "debe ser un texto", "en": "must be a string"},
    "field_string_too_short": {
        "es": "debe tener al menos {min_length} caracteres",
        "en": "must have at least {min_length} characters",
    },
    "field_string_too_long": {
        "es": "debe tener como mucho {max_length} caracteres",
        "en": "must have at most {max_length} characters",
    },
    "field_too_long": {
        "es": "debe tener como mucho {max_length} elementos",
        "en": "must have at most {max_length} items",
    },
    "field_greater_than_equal": {"es": "debe ser {ge} o más", "en": "must be {ge} or more"},
    "field_less_than_equal": {"es": "debe ser {le} o menos", "en": "must be {le} or less"},
    "field_literal_error": {"es": "debe ser {expected}", "en": "must be {expected}"},
    "field_model_type": {"es": "debe ser un objeto JSON", "en": "must be a JSON object"},
    "field_blank": {"es": "no puede estar vacío", "en": "must not be blank"},
    "field_time_zone": {
        "es": "debe ser una zona horaria IANA, por ejemplo Europe/Madrid",
        "en": "must be an IANA time zone, for example Europe/Madrid",
    },
    "field_number": {
        "es": "debe ser un número entre {least} y {most}",
        "en": "must be a number between {least} and {most}",
    },
    "field_invalid": {"es": "no es válido", "en": "is not valid"},
    "and": {"es": " y ", "en": " and "},
    "field_position": {
        "es": "no es una posición de esta línea de tiempo",
        "en": "is not a position in this timeline",
    },
    "field_moment": {
        "es": "debe ser una fecha y hora con su zona, por ejemplo 2026-11-22T10:00:00Z",
        "en": "must be a date and time with its zone, for example 2026-11-22T10:00:00Z",
    },
    "no_right_to_operate": {
        "es": "Ver las ejecuciones de otras personas requiere el derecho {right}.",
        "en": "Seeing other people's runs requires the right {right}.",
    },
    "field_page": {
        "es": "no es el «next» de una página de esta lista",
        "en": "is not the “next” of a page of this list",
    },
    "told_done": {"es": "Hecho: {what}.", "en": "Done: {what}."},
    "told_not_done": {"es": "No se ha hecho: {what}.", "en": "Not done: {what}."},
    "told_named": {"es": "{what} «{name}»", "en": "{what} “{name}”"},
    "told_unknown": {
        "es": "No se sabe si se ha hecho: {what}. Míralo en el ERP antes de repetirlo.",
        "en": "It is not known whether this was done: {what}. Look into the ERP before you "
        "repeat it.",
    },
    "told_found": {"es": "Registros encontrados: {count}.", "en": "Records found: {count}."},
    "told_read": {
        "es": "No he conseguido una respuesta que los documentos sostengan. Puedes leerlos:",
        "en": "I could not get to an answer that the documents bear out. You can read them:",
    },
    "told_nothing_known": {
        "es": "La documentación no lo dice.",
        "en": "The documentation does not say.",
    },
    "told_unverified": {
        "es": "No he podido comprobar esto en los documentos: la evidencia no basta.",
        "en": "I could not verify this in the documents: the evidence is not enough.",
    },
    "told_not_verified": {
        "es": "sin comprobar: el documento no lo dice así",
        "en": "not verified: the document does not say it so",
    },
    "told_sources": {"es": "Fuentes:", "en": "Sources:"},
    "told_nothing_done": {
        "es": "No he hecho nada en el ERP. ¿Qué necesitas?",
        "en": "I have not done anything in the ERP. What do you need?",
    },
    "entity_task": {"es": "la tarea", "en": "the task"},
    "entity_project": {"es": "el proyecto", "en": "the project"},
    "entity_user": {"es": "el usuario", "en": "the user"},
    "remembered": {"es": "Hecho en el ERP: {what}", "en": "Done in the ERP: {what}"},
    "erp_created": {"es": "En el ERP se ha creado {what}.", "en": "Created in the ERP: {what}."},
    "erp_updated": {"es": "En el ERP ha cambiado {what}.", "en": "Changed in the ERP: {what}."},
    "erp_deleted": {"es": "En el ERP se ha borrado {what}.", "en": "Deleted in the ERP: {what}."},
    "erp_completed": {
        "es": "En el ERP se ha terminado {what}.",
        "en": "Completed in the ERP: {what}.",
    },
    "erp_event": {"es": "En el ERP: {type} de {what}.", "en": "In the ERP: {type} of {what}."},
}


def say(key: str, language: Language, **values: object) -> str:
    """The sentence of this key. A text that is no key (the ERP's own words, say) is itself."""
    sentences = WORDING.get(key)
    return sentences[language].format(**values) if sentences else key
