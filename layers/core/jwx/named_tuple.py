"""`typing.NamedTuple` at a third of its price: the same to a type checker, and to whoever uses the values.

Python's own compiles every annotation into a reference that nobody here reads. For the values between an
event and its decision that is a tenth of the authorizer's start; `dataclasses` costs more than all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    from collections import namedtuple

    class _Maker(type):
        """Makes of each class below `NamedTuple` the named tuple that its annotations describe."""

        def __new__(cls, name: str, bases: tuple[type, ...], members: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, members)
            fields = members.pop("__annotations__")
            defaults = [members.pop(field) for field in fields if field in members]
            made = namedtuple(name, fields, defaults=defaults, module=members.pop("__module__"))
            for member, value in members.items():
                setattr(made, member, value)
            made.__annotations__ = fields
            return made

    class NamedTuple(metaclass=_Maker):
        """The base to name; what comes of it is a tuple and no kind of this."""
