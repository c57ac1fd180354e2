"""What people are told of a flow: what is wrong with it, and why it went no further."""

from collections.abc import Mapping

from shared.contracts.identity import Language


def _said(es: str, en: str) -> Mapping[Language, str]:
    return {"es": es, "en": en}


_OF_THE_DOCUMENT = {
    "not_a_flow": _said(
        "Esto no es un flujo: debe ser un objeto con «nodes» o una lista de nodos.",
        "This is no flow: it must be an object with “nodes”, or a list of nodes.",
    ),
    "unknown_node_type": _said(
        "Un nodo es un objeto cuyo «type» es uno de estos: {types}.",
        "A node is an object whose “type” is one of these: {types}.",
    ),
    "too_many_nodes": _said(
        "Un flujo tiene como máximo {limit} nodos.", "A flow has at most {limit} nodes."
    ),
    "too_deep": _said(
        "Los bloques se anidan como máximo {limit} veces.",
        "Blocks are nested at most {limit} deep.",
    ),
    "block_no_list": _said(
        "Un bloque debe ser una lista de nodos.", "A block must be a list of nodes."
    ),
    "duplicate_id": _said(
        "Otro nodo ya se llama «{id}».", "Another node is called “{id}” already."
    ),
    "empty_flow": _said("El flujo no tiene nodos.", "The flow has no nodes."),
    "field_of_session": _said(
        "«{field}» no es de un nodo: lo pone quien ejecuta el flujo.",
        "“{field}” is not for a node: whoever runs the flow sets it.",
    ),
    "agent_id_ignored": _said(
        "Se ignora: el agente se define en el propio nodo.",
        "This is ignored: an agent is defined in its node.",
    ),
    "profile_on_node": _said(
        "Un nodo no elige credenciales: usa «use_profile» o «meta.default_credential_profile».",
        "A node does not choose credentials: use “use_profile” or "
        "“meta.default_credential_profile”.",
    ),
    "not_allowed": _said(
        "«{name}» no está entre lo que puedes usar.", "“{name}” is not among what you may use."
    ),
}
_OF_THE_GRAPH = {
    "edge_unknown_node": _said("No hay ningún nodo «{id}».", "There is no node “{id}”."),
    "edge_into_block": _said(
        "«{id}» está dentro de un bloque: las aristas unen nodos de fuera.",
        "“{id}” is within a block: edges join nodes outside of them.",
    ),
    "edge_unknown_port": _said(
        "Ese nodo no tiene la salida «{port}».", "That node has no port “{port}”."
    ),
    "edge_twice": _said(
        "De la salida «{port}» de «{id}» ya parte otra arista.",
        "Another edge leaves the port “{port}” of “{id}” already.",
    ),
    "edge_and_block": _said(
        "La salida «{port}» tiene un bloque y también una arista.",
        "The port “{port}” has a block and an edge as well.",
    ),
    "edge_out_of_body": _said(
        "«{id}» está a la vez dentro y fuera del bucle «{loop}».",
        "“{id}” is both within and outside of the loop “{loop}”.",
    ),
    "cycle": _said(
        "El flujo vuelve a «{id}» sin un bucle: solo «loop» puede repetir nodos.",
        "The flow comes back to “{id}” without a loop: only “loop” may repeat nodes.",
    ),
    "unreachable": _said("Ningún camino lleva a «{id}».", "No way leads to “{id}”."),
}
_OF_NODES = {
    "assign_one": _said(
        "Hace falta «value» o «expression», y solo uno de los dos.",
        "Either “value” or “expression” is needed, and only one of them.",
    ),
    "body_ignored": _said(
        "Con GET y HEAD no se envía el cuerpo.", "With GET and HEAD no body is sent."
    ),
    "loop_collects": _said(
        "«save_as» guarda lo que recoge «collect»: hacen falta los dos o ninguno.",
        "“save_as” keeps what “collect” gathers: both are needed, or none.",
    ),
    "loop_not_a_list": _said(
        "«over» debe ser una lista, o una plantilla de una.",
        "“over” must be a list, or a template of one.",
    ),
    "loop_of_nothing": _said(
        "Al bucle le falta «over» o «while» (en paralelo, «over»).",
        "The loop lacks “over” or “while” (in parallel, “over”).",
    ),
    "loop_too_long": _said(
        "La lista tiene más de {limit} elementos («max_iterations»).",
        "The list has more than {limit} items (“max_iterations”).",
    ),
    "loop_without_body": _said("El bucle no repite nada.", "The loop repeats nothing."),
    "while_in_parallel": _said(
        "«while» no va con «parallel»: las vueltas empiezan a la vez.",
        "“while” does not go with “parallel”: rounds begin together.",
    ),
    "wait_in_parallel": _said(
        "No se puede esperar al usuario en varias vueltas a la vez.",
        "The user cannot be waited for in several rounds at once.",
    ),
    "nothing_said": _said("Sin texto no se dice nada.", "Without a text nothing is said."),
    "unknown_tool": _said(
        "No es ninguna herramienta con clave: no servirá de nada.",
        "This is no tool with a key: it will be of no use.",
    ),
    "nothing_to_save": _said(
        "Sin «wait» no hay respuesta que guardar.", "Without “wait” there is no reply to keep."
    ),
    "reserved_name": _said(
        "«{name}» es una palabra de las expresiones: elige otro nombre.",
        "“{name}” is a word of expressions: choose another name.",
    ),
    "same_names": _said(
        "El elemento y su número necesitan nombres distintos.",
        "The item and its number need different names.",
    ),
    "secure_value_source": _said(
        "No va con «{source}»: «name» es de app_settings y «secret» de key_vault.",
        "This does not go with “{source}”: “name” is for app_settings, “secret” for key_vault.",
    ),
    "setting_name_unusual": _said(
        "El nombre no empieza por «Azure»: solo se admite si coincide con el del alias.",
        "The name does not begin with “Azure”: it is taken only if it is that of the alias.",
    ),
    "plaintext_dev_only": _said(
        "DEV MOCK: el texto en claro solo existe en el simulador; al exportar pasa a «opaque».",
        "DEV MOCK: plain text exists in the simulator only; an export makes it “opaque”.",
    ),
    "sim_only_value": _said(
        "Este valor solo es del simulador y no se exporta.",
        "This value is for the simulator only and is not exported.",
    ),
    "sim_only_node": _said(
        "Este nodo solo funciona en el simulador. No se exportará.",
        "This node works in the simulator only. It will not be exported.",
    ),
}
_OF_AGENTS = {
    "default_profile": _said(
        "Nadie nombra un perfil de credenciales: se usará «default».",
        "Nobody names a credential profile: “default” will be used.",
    ),
    "search_mode_missing": _said("Falta «search.mode».", "“search.mode” is missing."),
    "search_index_missing": _said(
        "No se nombra ningún índice («search.index» o «indexes»): se usará el de la configuración.",
        "No index is named (“search.index” or “indexes”): that of the settings will be used.",
    ),
    "search_ignored": _said(
        "Con el perfil «{profile}» esta búsqueda se ignora.",
        "With the profile “{profile}” this search is ignored.",
    ),
    "team_ignored": _said(
        "Con el perfil «{profile}» esto se ignora: es de «coordinator».",
        "With the profile “{profile}” this is ignored: it belongs to “coordinator”.",
    ),
    "not_of_retrieval": _said(
        "El perfil «retrieval» no envía «{field}»: responde con las evidencias, sin modelo.",
        "The profile “retrieval” does not send “{field}”: it answers evidence, without a model.",
    ),
    "participants_missing": _said(
        "Faltan participantes: se usarán los de la configuración.",
        "Participants are missing: those of the settings will be used.",
    ),
    "mode_missing": _said(
        "Falta «mode»: se usará el de la configuración.",
        "“mode” is missing: that of the settings will be used.",
    ),
    "message_empty": _said(
        "El mensaje está vacío y la llamada fallará: quita el campo para enviar lo último que "
        "dijo el usuario.",
        "The message is empty, and the call will fail: leave the field out to send what the user "
        "said last.",
    ),
    "model_name_missing": _said(
        "Con un proveedor hay que decir «deployment» o «name»: se usará el de la configuración.",
        "With a provider “deployment” or “name” should be told: that of the settings will be used.",
    ),
    "thread_in_parallel": _said(
        "Un hilo solo admite una llamada a la vez: en paralelo las demás fallarán.",
        "A thread takes one call at a time: in parallel the others will fail.",
    ),
}
_OF_TEXTS = {
    "template_unclosed": _said(
        "La plantilla no se cierra: {shown}", "The template is not closed: {shown}"
    ),
    "template_malformed": _said(
        "Esto no es una ruta como «a.b[0].c»: {shown}",
        "This is no path such as “a.b[0].c”: {shown}",
    ),
    "templates_too_long": _said(
        "Los textos con plantillas de un flujo suman como máximo {limit} caracteres.",
        "The texts with templates of a flow have at most {limit} characters together.",
    ),
    "expressions_too_long": _said(
        "Las expresiones de un flujo suman como máximo {limit} caracteres.",
        "The expressions of a flow have at most {limit} characters together.",
    ),
    "template_in_expression": _said(
        "En una expresión las variables van por su nombre, sin plantilla.",
        "In an expression variables go by their names, without a template.",
    ),
    "expression_invalid": _said(
        "La expresión no se entiende ({detail}).", "The expression cannot be read ({detail})."
    ),
    "unknown_variable": _said(
        "Nada asigna «{name}» antes: tendrá que venir con la ejecución.",
        "Nothing sets “{name}” before: the run will have to begin with it.",
    ),
    "handle_outside_credentials": _said(
        "«{name}» es una credencial: solo sirve en «credentials».",
        "“{name}” is a credential: it is of use in “credentials” only.",
    ),
}
_OF_EXPORTS = {
    "sim_only_removed": _said(
        "Se ha quitado: solo es del simulador.", "This was taken out: it is for the simulator only."
    ),
    "made_opaque": _said(
        "El valor seguro ha pasado a «opaque».", "The secure value was made “opaque”."
    ),
    "default_profile_set": _said(
        "El perfil por defecto del flujo es ahora «{profile}».",
        "The default profile of the flow is now “{profile}”.",
    ),
    "credential_removed": _said(
        "Se ha quitado la variable: parece una credencial.",
        "The variable was taken out: it looks like a credential.",
    ),
    "credential_suspected": _said(
        "Esto parece una credencial: quítala antes de publicar el flujo.",
        "This looks like a credential: take it out before you publish the flow.",
    ),
    "secret_replaced": _said(
        "Contenía un valor del simulador, que se ha sustituido.",
        "It held a value of the simulator, which was replaced.",
    ),
}
_OF_RUNS = {
    "missing_variable": _said(
        "No hay ningún valor en «{detail}».", "There is no value at “{detail}”."
    ),
    "expression_failed": _said(
        "La expresión no se pudo evaluar ({detail}).",
        "The expression could not be evaluated ({detail}).",
    ),
    "condition_not_boolean": _said(
        "La condición no es verdadera ni falsa.", "The condition is neither true nor false."
    ),
    "loop_limit": _said(
        "El bucle daría más de {detail} vueltas.", "The loop would go more than {detail} rounds."
    ),
    "message_missing": _said(
        "La llamada al agente no tiene mensaje.", "The call of the agent has no message."
    ),
    "node_invalid": _said(
        "Con los valores de las variables el nodo no es válido ({detail}).",
        "With the values of the variables the node is not valid ({detail}).",
    ),
    "assign_mismatch": _said(
        "El valor no va con lo que ya hay en «{detail}».",
        "The value does not go with what is in “{detail}” already.",
    ),
    "too_many_steps": _said(
        "La ejecución pasaría de {detail} nodos.", "The run would go beyond {detail} nodes."
    ),
    "variables_too_large": _said(
        "Las variables ocuparían más de {detail} bytes.",
        "The variables would be larger than {detail} bytes.",
    ),
}

OF_EXPRESSIONS: Mapping[str, Mapping[Language, str]] = {
    "expression_at": _said("línea {line}, columna {column}", "line {line}, column {column}"),
    "expression_nesting": _said(
        "demasiados paréntesis unos dentro de otros", "too many brackets within brackets"
    ),
    "expression_refused": _said(
        "un texto, un número, un nombre o una coma no está como debe",
        "a text, a number, a name or a comma is not as it should be",
    ),
    "expression_chain": _said(
        "una comparación dentro de otra va entre paréntesis",
        "a comparison within a comparison stands in brackets",
    ),
    "expression_choice": _said(
        "una elección dentro de otra va entre paréntesis",
        "a choice within a choice stands in brackets",
    ),
    "expression_too_long": _said("demasiado larga", "too long"),
    "expression_unsupported": _said(
        "algo de lo que tiene no es del lenguaje de flujos",
        "something in it is not part of the flow language",
    ),
    "expression_word": _said(
        "una palabra de CEL no puede ser un nombre", "a word of CEL is no name"
    ),
    "expression_has": _said("«has» lleva un miembro: has(a.b)", "“has” takes one member: has(a.b)"),
    "expression_macro": _said(
        "«{name}» lleva un nombre y una expresión", "“{name}” takes a name and an expression"
    ),
    "expression_function": _said(
        "no hay ninguna función «{name}»", "there is no function “{name}”"
    ),
    "expression_arguments": _said(
        "«{name}» lleva otro número de argumentos", "“{name}” has the wrong number of arguments"
    ),
    "expression_no_json": _said("el resultado no es JSON", "the result is no JSON"),
    "expression_too_much": _said("demasiado trabajo", "too much work"),
    "expression_no_variable": _said(
        "no hay ninguna variable «{name}»", "there is no variable “{name}”"
    ),
    "expression_no_object": _said(
        "se pide «{name}» de algo que no es un objeto",
        "“{name}” is asked of something that is no object",
    ),
    "expression_no_member": _said("no hay ningún miembro «{name}»", "there is no member “{name}”"),
    "expression_members": _said(
        "los nombres de los miembros son textos, cada uno una vez",
        "names of members are texts, each once",
    ),
    "expression_no_list": _said(
        "se pide «{name}» de algo que no es una lista",
        "“{name}” is asked of something that is no list",
    ),
    "expression_no_truth": _said(
        "algo no es ni verdadero ni falso", "something is neither true nor false"
    ),
    "expression_no_number": _said(
        "se pide «{name}» de algo que no es un número",
        "“{name}” is asked of something that is no number",
    ),
    "expression_no_place": _said("no hay nada en ese lugar", "nothing is at that place"),
    "expression_operator": _said(
        "«{name}» no va con estos valores", "“{name}” does not go with these values"
    ),
    "expression_division": _said("división entre cero", "division by zero"),
    "expression_no_size": _said(
        "se pide «size» de algo que no tiene tamaño", "“size” is asked of something without one"
    ),
    "expression_no_plain": _said(
        "se pide «string» de algo que no es un valor simple",
        "“string” is asked of something that is no plain value",
    ),
    "expression_no_text": _said("algo no es un texto", "something is no text"),
    "expression_no_pattern": _said(
        "no es una expresión regular (RE2)", "this is no regular expression (RE2)"
    ),
}
"""Why an expression cannot be read, or evaluated: details of `expression_invalid` and
`expression_failed`."""
OF_FLOWS: Mapping[str, Mapping[Language, str]] = {
    f"flow_{code}": sentences
    for group in (
        _OF_THE_DOCUMENT, _OF_THE_GRAPH, _OF_NODES, _OF_AGENTS, _OF_TEXTS, _OF_EXPORTS, _OF_RUNS
    )
    for code, sentences in group.items()
}  # fmt: skip
"""By code, behind `flow_`."""
OF_FIELDS: Mapping[str, Mapping[Language, str]] = {
    "field_kinds": _said("debe ser {kinds}", "must be {kinds}"),
    "field_kind_string_type": _said("un texto", "a string"),
    "field_kind_list_type": _said("una lista", "a list"),
    "field_kind_tuple_type": _said("una lista", "a list"),
    "field_kind_dict_type": _said("un objeto JSON", "a JSON object"),
    "field_kind_model_type": _said("un objeto JSON", "a JSON object"),
    "field_kind_int_type": _said("un número entero", "a whole number"),
    "field_kind_float_type": _said("un número", "a number"),
    "field_kind_bool_type": _said("true o false", "true or false"),
}
"""Of what may have several forms."""
