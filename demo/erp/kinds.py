"""The three kinds of record: their fields as JSON Schema, states, filters and an example each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

type Json = Mapping[str, object]

CLOSED = "cerrado"
"""The state of a project that takes no more tasks."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One query parameter of a list: how its value is compared with the field of that name."""

    name: str
    compares: Literal["equals", "contains"]
    choices: Sequence[str] = ()

    def schema(self) -> Json:
        if self.choices:
            return {"type": "string", "enum": list(self.choices)}
        return {"type": "string", "minLength": 1, "maxLength": 200}


@dataclass(frozen=True, slots=True)
class Kind:
    """What distinguishes one kind of record from the others.

    `fields` are the JSON Schemas of what a caller may write; `states` begins with the state of a
    new record; `searched` are the fields that the parameter `q` looks through; `unique` is a field
    whose value occurs once in a tenant; `period` names two dates that must not be reversed.
    """

    path: str
    schema_name: str
    prefix: str
    fields: Mapping[str, Json]
    required: Sequence[str]
    states: Sequence[str]
    searched: Sequence[str]
    filters: Sequence[Filter]
    example: Json
    defaults: Json = field(default_factory=dict)
    unique: str | None = None
    period: tuple[str, str] | None = None

    @property
    def id_pattern(self) -> str:
        return f"^{self.prefix}-[0-9]+$"

    def new_schema(self) -> Json:
        """Of the body that creates a record."""
        return {
            "type": "object",
            "additionalProperties": False,
            "required": list(self.required),
            "properties": dict(self.fields),
        }

    def stored_fields(self) -> Mapping[str, Json]:
        """What a change may leave behind: the fields of a new record, and the state."""
        return {**self.fields, "status": {"type": "string", "enum": list(self.states)}}


def _text(description: str, longest: int = 200) -> Json:
    return {
        "type": "string",
        "description": description,
        "minLength": 1,
        "maxLength": longest,
        "pattern": "\\S",
    }


def _date(description: str) -> Json:
    return {"type": "string", "format": "date", "description": description}


def _choice(description: str, choices: Sequence[str]) -> Json:
    return {"type": "string", "description": description, "enum": list(choices)}


PRIORITIES = ("baja", "media", "alta", "urgente")
ROLES = ("consulta", "empleado", "gestor")

TASKS = Kind(
    path="tasks",
    schema_name="Task",
    prefix="T",
    fields={
        "title": _text("What is to be done."),
        "dueDate": _date("Last day to finish it."),
        "priority": {**_choice("How urgent it is.", PRIORITIES), "default": "media"},
        "description": _text("Details that the title does not hold.", 2000),
        "projectId": {
            "type": "string",
            "description": "The project it belongs to.",
            "pattern": "^P-[0-9]+$",
        },
        "assignee": _text("Who will do it.", 120),
    },
    required=("title", "dueDate"),
    states=("pendiente", "en_curso", "hecha", "cancelada"),
    searched=("id", "title", "description", "assignee"),
    filters=(
        Filter("status", "equals", ("pendiente", "en_curso", "hecha", "cancelada")),
        Filter("priority", "equals", PRIORITIES),
        Filter("assignee", "contains"),
    ),
    defaults={"priority": "media"},
    example={
        "title": "Revisar el contrato de ACME",
        "dueDate": "2026-11-27",
        "priority": "alta",
        "projectId": "P-1001",
        "assignee": "Luis Prieto",
    },
)

PROJECTS = Kind(
    path="projects",
    schema_name="Project",
    prefix="P",
    fields={
        "name": _text("The name the project goes by."),
        "customer": _text("Whom it is done for."),
        "startDate": _date("First day."),
        "endDate": _date("Last planned day, not before the first."),
        "manager": _text("Who leads it.", 120),
    },
    required=("name", "customer", "startDate"),
    states=("abierto", "en_curso", CLOSED),
    searched=("id", "name", "customer", "manager"),
    filters=(
        Filter("status", "equals", ("abierto", "en_curso", CLOSED)),
        Filter("customer", "contains"),
    ),
    example={
        "name": "Mantenimiento de sistemas 2027",
        "customer": "ACME S.A.",
        "startDate": "2026-12-01",
        "endDate": "2027-11-30",
        "manager": "Ana López",
    },
    period=("startDate", "endDate"),
)

USERS = Kind(
    path="users",
    schema_name="User",
    prefix="U",
    fields={
        "fullName": _text("First name and surnames.", 120),
        "email": {
            "type": "string",
            "format": "email",
            "description": "Work address, once in a tenant.",
            "pattern": "^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$",
            "maxLength": 254,
        },
        "role": _choice("What the person may do.", ROLES),
        "department": _text("Where the person works.", 120),
    },
    required=("fullName", "email", "role"),
    states=("activo", "inactivo"),
    searched=("id", "fullName", "email", "department"),
    filters=(
        Filter("status", "equals", ("activo", "inactivo")),
        Filter("role", "equals", ROLES),
        Filter("department", "contains"),
    ),
    example={
        "fullName": "Carmen Ruiz",
        "email": "carmen.ruiz@valdeoro.example",
        "role": "empleado",
        "department": "Secretaría",
    },
    unique="email",
)

KINDS = (TASKS, PROJECTS, USERS)
