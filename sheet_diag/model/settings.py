"""Who issues the sheets and reports: what a firm sets once, all of it optional."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Issuer:
    """The issuing firm as printed. `logo` is the content of a PNG or JPEG file."""

    name: str = ""
    department: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    contact: str = ""
    deadline: date | None = None
    logo: bytes | None = None
