"""Where settings come from: the variables of the environment."""

from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource

from shared.sections import Section


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
        assert isinstance(env_settings, EnvSettingsSource)
        kinds = ((each.validation_alias, each.annotation) for each in cls.model_fields.values())
        sections = {
            name for name, kind in kinds if isinstance(kind, type) and issubclass(kind, Section)
        }
        there = env_settings.env_vars.items()
        env_settings.env_vars = {name: text for name, text in there if name not in sections}
        return (env_settings,)
