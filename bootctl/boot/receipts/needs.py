"""What the models of a verified image need, kept beside its receipt for who migrates while it runs.

A boot that looks for a receipt does not read it.
"""

import base64
import json
import zlib

from bootctl.values import frozen
from bootctl.verify.catalog.objects import Catalog

_FORMAT = 1


@frozen
class Needs:
    """The tables, columns and types that code of one version works with."""

    code_version: str
    """The project's own version, where ``pyproject.toml`` states one."""
    catalog: Catalog

    def text(self) -> str:
        """Return it as it is kept."""
        version, catalog = self.code_version, self.catalog.to_json()
        document = {"format": _FORMAT, "code_version": version, "catalog": catalog}
        return base64.b64encode(zlib.compress(json.dumps(document).encode(), 9)).decode()

    @classmethod
    def of(cls, text: str) -> "Needs":
        """Return what that text says. Raises ``ValueError`` where it is none of this release."""
        try:
            document = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
            if document["format"] != _FORMAT:
                raise ValueError("of another release")
            return cls(document["code_version"], Catalog.from_json(document["catalog"]))
        except (KeyError, TypeError, zlib.error) as error:
            raise ValueError("not what models need") from error
