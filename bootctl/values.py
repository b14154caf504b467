"""Frozen dataclasses that take a tenth of the time to be made.

Of what ``dataclass(frozen=True)`` adds to a class, seven functions are written as text and compiled each
time a process starts; a boot makes a hundred such classes, and of most of them one value or none. Here
none is; that nothing is assigned to a value later is left to mypy, which refuses it.
"""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

_Class = TypeVar("_Class", bound=type)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: _Class) -> _Class:
    """Make ``cls`` a dataclass that is compared, hashed and shown by its fields."""
    made: Any = dataclass(init=False, repr=False, eq=False)(cls)
    compared = attrgetter(*(item.name for item in fields(made) if item.compare))

    def __repr__(self: Any) -> str:  # noqa: N807  # what they are called as methods
        shown = (f"{item.name}={getattr(self, item.name)!r}" for item in fields(self) if item.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def __eq__(self: Any, other: Any) -> bool:  # noqa: N807
        if type(other) is not type(self):
            return NotImplemented
        return bool(compared(self) == compared(other))

    def __hash__(self: Any) -> int:  # noqa: N807
        return hash(compared(self))

    for function in (_initialiser(made), __repr__, __eq__, __hash__):
        if function.__name__ not in vars(made):
            setattr(made, function.__name__, function)
    return cls


def _initialiser(made: Any) -> Callable[..., None]:
    names = [item.name for item in fields(made)]
    blank = {item.name: item.default for item in fields(made)}
    factories = {
        item.name: item.default_factory
        for item in fields(made)
        if item.default_factory is not MISSING
    }

    def __init__(self: Any, *given: Any, **named: Any) -> None:  # noqa: N807
        values = dict(zip(names, given, strict=False)) | named
        own = blank | values  # in the order of the fields, as ``vars`` has them
        for name, make in factories.items():
            if own[name] is MISSING:
                own[name] = make()
        is_each_known_once = len(values) == len(given) + len(named) and len(own) == len(blank)
        if not is_each_known_once or any(value is MISSING for value in own.values()):
            theirs: Any = dataclass(type(made.__name__, (made,), {}))
            theirs(*given, **named)  # raises, and says what is wrong
        vars(self).update(own)

    return __init__
