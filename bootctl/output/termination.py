"""The verdict as Kubernetes shows it: the termination message of a container.

https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PATH = Path("/dev/termination-log")
"""Where Kubernetes looks for it, unless the container says otherwise."""

_BYTES = 2048
"""Half of what Kubernetes keeps of one container's message."""
_FIELDS = ("time", "event", "stage", "message", "exit_code", "hint", "run_id")


def message(line: Mapping[str, Any]) -> str:
    """Return the fields of a log line that a person needs, as JSON of at most 2,048 bytes."""
    kept = {key: item for key, item in line.items() if key in _FIELDS}
    for limit in (1000, 300, 100, 40):
        cut = {key: item[:limit] if isinstance(item, str) else item for key, item in kept.items()}
        text = json.dumps(cut)
        if len(text) <= _BYTES:
            break
    return text
