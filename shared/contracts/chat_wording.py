"""What people are told of an inline agent call: what it may not ask for, and what is left of it."""

from collections.abc import Mapping

from shared.contracts.identity import Language

OF_CHAT: Mapping[str, Mapping[Language, str]] = {
    "participant_not_allowed": {
        "es": "El participante «{name}» no está entre los permitidos.",
        "en": "The participant “{name}” is not among those allowed.",
    },
    "mode_not_allowed": {
        "es": "El modo «{name}» no está entre los permitidos.",
        "en": "The mode “{name}” is not among those allowed.",
    },
    "tool_not_allowed": {
        "es": "La herramienta «{name}» no está entre las permitidas.",
        "en": "The tool “{name}” is not among those allowed.",
    },
    "mcp_server_not_allowed": {
        "es": "El servidor MCP «{name}» no está entre los permitidos.",
        "en": "The MCP server “{name}” is not among those allowed.",
    },
    "mcp_method_not_allowed": {
        "es": "El método «{name}» no está entre los permitidos de ese servidor MCP.",
        "en": "The method “{name}” is not among those allowed of that MCP server.",
    },
    "host_not_allowed": {
        "es": "El servidor «{name}» no está entre los permitidos.",
        "en": "The host “{name}” is not among those allowed.",
    },
    "profile_not_allowed": {
        "es": "El perfil de credenciales «{name}» no está entre los permitidos.",
        "en": "The credential profile “{name}” is not among those allowed.",
    },
    "model_provider_not_set_up": {
        "es": "El proveedor de modelos «{name}» no está instalado o configurado aquí.",
        "en": "The model provider “{name}” is not installed or set up here.",
    },
    "no_right_to_use": {
        "es": "Tu usuario no puede usar «{name}» (falta {right}).",
        "en": "Your user may not use “{name}” ({right} is missing).",
    },
    "field_nobody_speaks": {
        "es": "debe nombrar al menos a un participante que intervenga además del coordinador",
        "en": "must name at least one participant who speaks, besides the coordinator",
    },
    "field_tools_of_client": {
        "es": "no se admite: las herramientas son de los agentes y las fija la configuración",
        "en": "is not taken: tools belong to the agents, and the settings list them",
    },
    "field_text_only": {
        "es": "solo puede contener texto",
        "en": "may hold text only",
    },
    "field_last_is_users": {
        "es": "debe ser «user»: el último mensaje es el que se responde",
        "en": "must be “user”: the last message is the one that is answered",
    },
    "field_instructions_too_long": {
        "es": "las instrucciones de «system» y «developer» no pueden sumar más de {max_length} "
        "caracteres",
        "en": "the instructions of “system” and “developer” must not exceed {max_length} "
        "characters together",
    },
    "history_too_large": {
        "es": "Los mensajes anteriores ocupan más de {limit} bytes.",
        "en": "The messages before the last one are larger than {limit} bytes.",
    },
    "told_text_became_void": {
        "es": "El texto enviado ha quedado sin validez y la respuesta se ha vuelto a escribir. "
        "Repite la petición con la misma Idempotency-Key para recibirla entera.",
        "en": "The text that was sent is void, and the answer was written again. Repeat the "
        "request with the same Idempotency-Key to get all of it.",
    },
    "handle_not_allowed": {
        "es": "«{name}» no es una credencial vigente de esta sesión.",
        "en": "“{name}” is no valid credential of this session.",
    },
    "simulator_keys_not_allowed": {
        "es": "«{name}» no se admite aquí: las claves del simulador son solo para desarrollo.",
        "en": "“{name}” is not allowed here: keys of the simulator are for development only.",
    },
    "simulator_keys_invalid": {
        "es": "Debe ser un objeto JSON con una clave por herramienta.",
        "en": "It must be a JSON object with a key for each tool.",
    },
    "simulator_key_of_no_tool": {
        "es": "«{name}» no es una herramienta que admita claves del simulador.",
        "en": "“{name}” is no tool that takes keys of the simulator.",
    },
    "handle_of_other_tools": {
        "es": "La credencial de «{name}» no es para esa herramienta.",
        "en": "The credential in “{name}” is not for that tool.",
    },
    "no_secure_values": {
        "es": "Aquí no hay valores seguros configurados.",
        "en": "No secure values are set up here.",
    },
    "handles_used_up": {
        "es": "Has pedido demasiadas credenciales en este minuto. Inténtalo dentro de un momento.",
        "en": "You have asked for too many credentials in this minute. Please try again shortly.",
    },
    "alias_not_allowed": {
        "es": "El alias «{name}» no está entre los permitidos.",
        "en": "The alias “{name}” is not among those allowed.",
    },
    "secret_not_allowed": {
        "es": "El alias no admite ese valor en «{name}».",
        "en": "The alias does not allow that value in “{name}”.",
    },
    "plaintext_not_allowed": {
        "es": "El modo «{name}» no está permitido aquí.",
        "en": "The mode “{name}” is not allowed here.",
    },
    "not_allowed": {
        "es": "Ya no se permite usar las credenciales con las que se hizo esta petición.",
        "en": "The credentials that this request was made with may no longer be used.",
    },
    "credentials_unavailable": {
        "es": "El almacén de credenciales no está disponible. Inténtalo de nuevo en un momento.",
        "en": "The credential store is not available. Please try again in a moment.",
    },
    "moderation_not_allowed": {
        "es": "La moderación «{name}» no está entre las permitidas.",
        "en": "The moderation “{name}” is not among those allowed.",
    },
    "quota_exceeded_session": {
        "es": "Esta sesión ha agotado sus peticiones de esta hora. Inténtalo de nuevo más tarde.",
        "en": "This session has used up its requests of this hour. Please try again later.",
    },
    "quota_exceeded_user": {
        "es": "Has agotado tus peticiones de esta hora. Inténtalo de nuevo más tarde.",
        "en": "You have used up your requests of this hour. Please try again later.",
    },
    "quota_exceeded_tenant": {
        "es": "Tu organización ha agotado sus peticiones de esta hora. Inténtalo de nuevo más "
        "tarde.",
        "en": "Your organisation has used up its requests of this hour. Please try again later.",
    },
    "tokens_exceeded_user": {
        "es": "Has agotado los tokens de modelo de hoy. Inténtalo de nuevo mañana.",
        "en": "You have used up today's model tokens. Please try again tomorrow.",
    },
    "tokens_exceeded_tenant": {
        "es": "Tu organización ha agotado los tokens de modelo de hoy. Inténtalo de nuevo mañana.",
        "en": "Your organisation has used up today's model tokens. Please try again tomorrow.",
    },
    "runs_exceeded_user": {
        "es": "Ya tienes en marcha todas las ejecuciones que puedes tener a la vez. Espera a que "
        "termine alguna.",
        "en": "You have as many runs under way as you may have at a time. Please wait for one to "
        "end.",
    },
    "runs_exceeded_tenant": {
        "es": "Tu organización ya tiene en marcha todas las ejecuciones que puede tener a la vez. "
        "Inténtalo de nuevo en un momento.",
        "en": "Your organisation has as many runs under way as it may have at a time. Please try "
        "again in a moment.",
    },
    "message_blocked": {
        "es": "El filtro de contenido no admite este mensaje.",
        "en": "The content filter does not accept this message.",
    },
    "moderation_unavailable": {
        "es": "El servicio de moderación no está disponible y esta petición no admite respuestas "
        "sin moderar. Inténtalo de nuevo en un momento.",
        "en": "The moderation service is not available, and this request takes no answers that "
        "were not moderated. Please try again in a moment.",
    },
    "warning_not_moderated": {
        "es": "El servicio de moderación no estaba disponible: no se ha comprobado todo el "
        "contenido.",
        "en": "The moderation service was not available: not all of the content was checked.",
    },
    "field_dict_type": {"es": "debe ser un objeto JSON", "en": "must be a JSON object"},
    "field_tuple_type": {"es": "debe ser una lista", "en": "must be a list"},
    "field_list_type": {"es": "debe ser una lista", "en": "must be a list"},
    "field_int_type": {"es": "debe ser un número entero", "en": "must be a whole number"},
    "field_int_from_float": {"es": "debe ser un número entero", "en": "must be a whole number"},
    "field_float_type": {"es": "debe ser un número", "en": "must be a number"},
    "field_number_too_large": {
        "es": "es un número demasiado grande (el mayor es {largest}); envíalo como texto",
        "en": "is too large a number (the largest is {largest}); send it as text",
    },
    "field_repeated": {
        "es": "está más de una vez",
        "en": "is there more than once",
    },
    "field_too_deep": {
        "es": "está dentro de demasiados objetos o listas (el máximo es {depth})",
        "en": "is inside too many objects or lists (the limit is {depth})",
    },
    "field_too_many_values": {
        "es": "tiene demasiados valores (el máximo es {most})",
        "en": "has too many values (the limit is {most})",
    },
    "field_finite_number": {"es": "debe ser un número", "en": "must be a number"},
    "field_bool_type": {"es": "debe ser true o false", "en": "must be true or false"},
    "field_too_short": {
        "es": "debe tener al menos {min_length} elementos",
        "en": "must have at least {min_length} items",
    },
    "field_string_pattern_mismatch": {
        "es": "tiene caracteres que no valen aquí, o le faltan",
        "en": "has characters that do not go here, or lacks some",
    },
    "warning_ignored_search": {
        "es": "Se ha ignorado la búsqueda: el perfil normal no consulta documentos.",
        "en": "The search was ignored: the profile normal looks nothing up.",
    },
    "warning_ignored_by_retrieval": {
        "es": "El perfil retrieval responde con evidencias: se han ignorado modelo, instrucciones, "
        "modo, participantes y herramientas.",
        "en": "The profile retrieval answers evidence: model, instructions, mode, participants "
        "and tools were ignored.",
    },
    "warning_limited": {
        "es": "Algún límite pedido supera el de la configuración, y se ha aplicado este.",
        "en": "A limit that was asked for is above that of the settings, which was applied.",
    },
}
