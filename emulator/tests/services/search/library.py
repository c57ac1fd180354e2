"""A small library of Spanish documents, as the manual of a business application might have."""

from azure.search.documents.indexes.models import (
    HnswAlgorithmConfiguration,
    SearchableField,
    SearchField,
    SearchIndex,
    SemanticConfiguration,
    SemanticField,
    SemanticPrioritizedFields,
    SemanticSearch,
    SimpleField,
    VectorSearch,
    VectorSearchProfile,
)

DIMENSIONS = 384
TEXT = "Edm.String"


def library_index(name: str, dimensions: int = DIMENSIONS) -> SearchIndex:
    """An index definition with every kind of field that the documents need."""
    return SearchIndex(
        name=name,
        fields=[
            SimpleField(name="id", type=TEXT, key=True, filterable=True),
            SearchableField(name="title", type=TEXT, analyzer_name="es.microsoft"),
            SearchableField(name="content", type=TEXT, analyzer_name="es.microsoft"),
            SimpleField(name="category", type=TEXT, filterable=True, facetable=True, sortable=True),
            SimpleField(
                name="allowedRoles",
                type=f"Collection({TEXT})",
                filterable=True,
                facetable=True,
            ),
            SimpleField(
                name="updatedAt",
                type="Edm.DateTimeOffset",
                filterable=True,
                sortable=True,
            ),
            SimpleField(
                name="pages",
                type="Edm.Int32",
                filterable=True,
                sortable=True,
                facetable=True,
            ),
            SearchField(
                name="contentVector",
                type="Collection(Edm.Single)",
                searchable=True,
                hidden=True,
                vector_search_dimensions=dimensions,
                vector_search_profile_name="vectores",
            ),
        ],
        vector_search=VectorSearch(
            algorithms=[HnswAlgorithmConfiguration(name="hnsw")],
            profiles=[VectorSearchProfile(name="vectores", algorithm_configuration_name="hnsw")],
        ),
        semantic_search=SemanticSearch(
            default_configuration_name="semantica",
            configurations=[
                SemanticConfiguration(
                    name="semantica",
                    prioritized_fields=SemanticPrioritizedFields(
                        title_field=SemanticField(field_name="title"),
                        content_fields=[SemanticField(field_name="content")],
                    ),
                )
            ],
        ),
    )


type Value = str | int | list[str]
type Document = dict[str, Value]


def _document(
    key: str, category: str, roles: str, pages: int, day: int, title: str, content: str
) -> Document:
    return {
        "id": key,
        "category": category,
        "allowedRoles": roles.split(),
        "pages": pages,
        "updatedAt": f"2026-03-{day:02}T08:00:00Z",
        "title": title,
        "content": content,
    }


LIBRARY: tuple[Document, ...] = (
    _document(
        "facturas", "ventas", "ventas contable", 4, 1, "Emisión de facturas",
        "La facturación se hace desde el módulo de ventas. Una factura emitida no se puede "
        "borrar: se corrige con una factura rectificativa. El plazo para rectificar es de cuatro "
        "años.",
    ),
    _document(
        "vacaciones", "personal", "todos", 2, 2, "Solicitud de vacaciones",
        "Cada empleado pide sus vacaciones en el portal. El responsable las aprueba en tres días. "
        "Los días no disfrutados caducan el 31 de enero.",
    ),
    _document(
        "gastos", "contabilidad", "todos", 3, 3, "Notas de gasto",
        "Los gastos de viaje se justifican con el recibo. El límite de la dieta es de 53 euros "
        "por noche.",
    ),
    _document(
        "almacen", "logistica", "almacen", 8, 4, "Recuento del almacén",
        "El inventario se cuenta dos veces al año. Las diferencias se regularizan con un asiento "
        "de existencias.",
    ),
    _document(
        "proyectos", "proyectos", "todos", 5, 5, "Alta de un proyecto",
        "Un proyecto nuevo necesita un jefe de proyecto, un presupuesto y una fecha de entrega. "
        "Las tareas se asignan después.",
    ),
    _document(
        "contrasenas", "informatica", "todos", 1, 6, "Cambio de contraseña",
        "La contraseña caduca cada noventa días. Para cambiarla, abra su perfil y elija "
        "Seguridad.",
    ),
    _document(
        "proveedores", "compras", "compras contable", 6, 7, "Pago a proveedores",
        "Los proveedores cobran a sesenta días por transferencia. Un pago urgente lo autoriza "
        "dirección.",
    ),
    _document(
        "nominas", "personal", "personal", 7, 8, "Cierre de nóminas",
        "Las nóminas se cierran el día 25. Los anticipos se descuentan del salario del mes "
        "siguiente.",
    ),
    _document(
        "pedidos", "ventas", "ventas", 3, 9, "Pedidos de clientes",
        "Un pedido confirmado reserva la mercancía. El cliente puede anularlo antes del envío.",
    ),
    _document(
        "devoluciones", "ventas", "ventas almacen", 2, 10, "Devoluciones",
        "El cliente dispone de catorce días para devolver un producto. El reembolso se hace por "
        "el mismo medio de pago.",
    ),
    _document(
        "impuestos", "contabilidad", "contable", 9, 11, "Declaración del IVA",
        "El impuesto sobre el valor añadido se declara cada trimestre. La declaración se presenta "
        "antes del día 20.",
    ),
    _document(
        "reuniones", "oficina", "todos", 1, 12, "Reserva de salas",
        "Las salas de reunión se reservan en el calendario. Las reuniones que no empiezan a "
        "tiempo liberan la sala.",
    ),
    _document(
        "seguridad", "informatica", "informatica", 4, 13, "Copias de seguridad",
        "Las copias de seguridad se hacen cada noche y se guardan treinta días en otro edificio.",
    ),
    _document(
        "formacion", "personal", "todos", 2, 14, "Cursos de formación",
        "Cada empleado dispone de veinte horas de formación al año. Las inscripciones se cierran "
        "una semana antes.",
    ),
    _document(
        "transporte", "logistica", "almacen ventas", 3, 15, "Envíos y transporte",
        "Los camiones salen a las siete de la mañana. Un envío urgente tiene un recargo.",
    ),
)  # fmt: skip
