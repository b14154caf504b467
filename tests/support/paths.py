"""Where things are in this repository."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENTRYPOINTS = ROOT / "entrypoints"
SERVICES = ROOT / "examples"
"""The reference services."""
EXAMPLES = SERVICES / "minimal"
"""The small ones, for tests of one thing."""
