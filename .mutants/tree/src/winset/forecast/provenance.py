"""How a forecast came about."""

from dataclasses import dataclass, fields
from types import UnionType
from typing import Any, get_args, get_origin

from winset.models.version import UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How a forecast came about: enough to make it again, byte for byte.

    Attributes:
        case: title of the case.
        case_digest: digest of the case before any scenario.
        as_of: its date.
        scenario: name of the scenario, ``base`` for the case as coded.
        model: name of the model.
        parameters: of the model, in the form that `make_model` reads.
        seed: of the random streams.
        version: of this package.
        code: digest of the kernels' code and of what compiled it, by
            `winset.models.version.code_digest`; ``unknown`` of what was made before it was written
            down.
        calibration: by whose errors the settlements were widened: ``source``, ``table`` (digest of
            the decisions), ``decisions``, ``groups``, and ``measured_on``, the model that made
            those errors; None where they are as the model has them.
    """

    case: str
    case_digest: str
    as_of: str
    scenario: str
    model: str
    parameters: dict[str, Any]
    seed: int
    version: str
    code: str = UNKNOWN
    calibration: dict[str, Any] | None = None

    @property
    def borrowed(self) -> bool:
        """Whether the errors are another model's, for want of decisions to score this one on."""
        return self.calibration is not None and self.calibration["measured_on"] != self.model

    def plain(self) -> dict[str, Any]:
        """Return the fields by name, in JSON's own types."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def read_provenance(values: Any) -> Provenance:
    """Return the provenance whose fields by name, as a file has them, are ``values``.

    Raises:
        ValueError: when a field is not of its kind.
        TypeError: when ``values`` is no such mapping.
    """
    provenance = Provenance(**values)
    for field in fields(Provenance):
        if not _is(getattr(provenance, field.name), field.type):
            raise ValueError(f"{field.name} is not what it must be")
    return provenance


def _is(value: object, kind: Any) -> bool:
    if isinstance(kind, UnionType):
        return any(_is(value, part) for part in get_args(kind))
    return type(value) is (get_origin(kind) or kind)
