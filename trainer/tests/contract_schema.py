"""As much of JSON Schema as the generated contract uses; unknown keywords fail loudly."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

CONTRACT = json.loads((Path(__file__).resolve().parent.parent / "brightrun_trainer" / "contract.json").read_text())

_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
_PASSED_OVER = {"$defs", "default", "format", "title", "description", "$schema", "id"}


def _is(value: Any, name: str | list[str]) -> bool:
    if isinstance(name, list):  # as in ["number", "null"]
        return any(_is(value, each) for each in name)
    if name in ("integer", "number"):
        whole = isinstance(value, int) or (isinstance(value, float) and (name == "number" or value.is_integer()))
        return whole and not isinstance(value, bool)
    return isinstance(value, _TYPES[name])


def faults(schema: dict[str, Any], value: Any, path: str = "", root: dict[str, Any] | None = None) -> list[str]:
    """What is wrong with `value`, each fault with its path; empty when it fits."""
    root = root or schema
    found: list[str] = []
    for keyword, wanted in schema.items():
        if keyword == "$ref":
            found += faults(root["$defs"][wanted.rsplit("/", 1)[-1]], value, path, root)
        elif keyword == "type":
            found += [] if _is(value, wanted) else [f"{path}: not {wanted}"]
        elif keyword in ("anyOf", "oneOf"):
            tries = [faults(option, value, path, root) for option in wanted]
            found += [] if any(not t for t in tries) else [f"{path}: none of {len(wanted)} fits ({min(tries, key=len)})"]
        elif keyword == "enum":
            found += [] if value in wanted else [f"{path}: {value!r} is not one of {wanted}"]
        elif keyword == "const":
            found += [] if value == wanted else [f"{path}: not {wanted!r}"]
        elif keyword == "properties" and isinstance(value, dict):
            for name, inner in wanted.items():
                found += faults(inner, value[name], f"{path}.{name}", root) if name in value else []
            if schema.get("additionalProperties") is False:
                found += [f"{path}.{name}: unknown" for name in value if name not in wanted]
        elif keyword == "additionalProperties" and isinstance(wanted, dict) and isinstance(value, dict):
            for name, inner in value.items():
                found += faults(wanted, inner, f"{path}.{name}", root) if name not in schema.get("properties", {}) else []
        elif keyword == "required" and isinstance(value, dict):
            found += [f"{path}.{name}: missing" for name in wanted if name not in value]
        elif keyword == "items" and isinstance(value, list):
            for index, item in enumerate(value):
                found += faults(wanted, item, f"{path}[{index}]", root)
        elif keyword == "pattern" and isinstance(value, str):
            found += [] if re.search(wanted, value) else [f"{path}: {value!r} does not match"]
        elif keyword in ("minLength", "maxLength", "minItems", "maxItems") and isinstance(value, (str, list)):
            fits = len(value) >= wanted if keyword.startswith("min") else len(value) <= wanted
            found += [] if fits else [f"{path}: {keyword} {wanted}"]
        elif keyword in ("minimum", "maximum", "exclusiveMinimum") and _is(value, "number"):
            fits = {"minimum": value >= wanted, "maximum": value <= wanted, "exclusiveMinimum": value > wanted}[keyword]
            found += [] if fits else [f"{path}: {keyword} {wanted}"]
        elif keyword not in _PASSED_OVER | {
            "properties", "additionalProperties", "required", "items", "pattern", "minLength", "maxLength", "minItems",
            "maxItems", "minimum", "maximum", "exclusiveMinimum", "propertyNames",
        }:
            raise AssertionError(f"the contract uses {keyword}, which this reader does not know")
    return found


def operation_at(method: str, path: str) -> dict[str, Any] | None:
    """The operation under `/v1`, or None."""
    for operation in CONTRACT["operations"].values():
        if operation["method"] == method and f"/v1{operation['path']}" == path:
            return operation
    return None
