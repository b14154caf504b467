"""The base of every model: inside of the service, and in what it says and hears."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field
from pydantic.alias_generators import to_camel

from .errors import NotFoundError

PrimaryKey = int


def parse_primary_key(raw_value: str) -> PrimaryKey:
    """Return the key that a path names; there is nothing at a path that names none."""
    if not (raw_value.isascii() and raw_value.isdecimal() and len(raw_value) < 10):
        raise NotFoundError
    return int(raw_value)


def _as_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(_as_utc)]
"""In UTC, from databases without time zones too."""
Line = Annotated[str, Field(pattern=r"^[^\p{Cc}\p{Zl}\p{Zp}]*$")]
"""A text that may stand in a header of a mail: without line breaks and other control characters."""
Address = Annotated[EmailStr, AfterValidator(str.lower), Field(max_length=255)]
"""The address of a mailbox, in the one form in which it is kept and looked for."""
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
"""A text that every database takes."""


class InternalEntity(BaseModel):
    """What is passed around inside of the service, in snake case."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, use_enum_values=True)


class TimeStampMixin(InternalEntity):
    """When a row was written, and written last."""

    created_at: Moment
    updated_at: Moment


class PublicEntity(BaseModel):
    """What is said and heard, in camel case; a field of a request that is not known is refused."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        from_attributes=True,
        populate_by_name=True,
        use_enum_values=True,
    )

    def model_dump_json(self, *, by_alias: bool | None = True, **options: Any) -> str:
        """Return it as JSON, always with its aliases."""
        return super().model_dump_json(by_alias=by_alias, **options)
