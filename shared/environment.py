"""Where settings come from: the variables of the environment."""

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource

from shared.sections import Section


class _Environment(EnvSettingsSource):
    """A list or map that is no JSON is left as it is: then it is refused by its field, together
    with all else that is wrong, and not before."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: object) -> object:
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


class OfEnvironment(BaseSettings):
    """Settings of the environment alone, and without what has the bare name of a section (`MODEL`):
    that is of another program."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        there = _Environment(settings_cls)
        kinds = ((each.validation_alias, each.annotation) for each in cls.model_fields.values())
        sections = {
            name for name, kind in kinds if isinstance(kind, type) and issubclass(kind, Section)
        }
        named = there.env_vars.items()
        there.env_vars = {name: text for name, text in named if name not in sections}
        return (there,)
