"""Between the contract's camelCase JSON and dataclasses: one reader and one writer for all of them."""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from typing import Any, TypeVar

T = TypeVar("T")


class WireError(ValueError):
    """JSON that does not have the form a dataclass asks for; the message names the field."""


def camel(name: str) -> str:
    """`best_step` → `bestStep`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _read(hint: Any, value: Any, path: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        return _read(next(a for a in arguments if a is not type(None)), value, path)
    if origin in (list, tuple):
        if not isinstance(value, list):
            raise WireError(f"{path} is not a list")
        items = [_read(arguments[0], item, f"{path}[{i}]") for i, item in enumerate(value)]
        return tuple(items) if origin is tuple else items
    if origin is dict:
        return {str(k): _read(arguments[1], v, f"{path}.{k}") for k, v in dict(value).items()}
    if dataclasses.is_dataclass(hint):
        return read(typing.cast(type, hint), value, path)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint in (int, float, str, bool) and (type(value) is hint):
        return value
    if hint is int and isinstance(value, float) and value.is_integer():
        return int(value)
    raise WireError(f"{path} is not {getattr(hint, '__name__', hint)}")


def read(cls: type[T], value: Any, path: str = "answer") -> T:
    """A dataclass from JSON. Fields it does not know are passed over: the API may be newer."""
    if not isinstance(value, dict):
        raise WireError(f"{path} is not an object")
    hints = typing.get_type_hints(cls)
    found: dict[str, Any] = {}
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        name = camel(field.name)
        if name in value:
            found[field.name] = _read(hints[field.name], value[name], f"{path}.{name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise WireError(f"{path}.{name} is missing")
    return cls(**found)


def finite(value: float | None) -> float | None:
    """JSON has no word for the others."""
    return value if value is not None and math.isfinite(value) else None


#: Fields that the contract writes as null where there is nothing; every other empty field is left out.
NULLABLE = frozenset({"evaluation"})


def write(value: Any) -> Any:
    """JSON from dataclasses. A number that is not finite is left out, like a field that is None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        entries = ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
        return {
            camel(name): write(entry)
            for name, entry in entries
            if (entry is not None or name in NULLABLE) and not (isinstance(entry, float) and not math.isfinite(entry))
        }
    if isinstance(value, (list, tuple)):
        return [write(item) for item in value]
    if isinstance(value, dict):
        return {name: write(entry) for name, entry in value.items()}
    return value
