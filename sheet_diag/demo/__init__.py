"""A campaign to try everything on: invented clients, their returns, and the mails around them."""

from sheet_diag.demo.place import is_free
from sheet_diag.demo.returns import ISSUER, prepare

__all__ = ["ISSUER", "is_free", "prepare"]
