"""Plain HTTP clients: they fetch the page and post its form, and run no script."""

from __future__ import annotations

import importlib
import subprocess
from typing import Any
from urllib.parse import urljoin

from zoo.drivers.task import Task, read


def _curl(task: Task, target: str) -> None:
    subprocess.run(["curl", "-s", "-o", "/dev/null", task.url], check=True)
    data = [part for name, value in task.fields.items() for part in ("--data-urlencode", f"{name}={value}")]
    subprocess.run(["curl", "-s", "-o", "/dev/null", target, *data], check=True)


def _client(task: Task) -> Any:
    package = task.options["package"]
    tool: Any = importlib.import_module(package)
    if package == "curl_cffi":
        return tool.requests.Session(impersonate=task.options["impersonate"])
    if package == "primp":
        return tool.Client(impersonate=task.options["impersonate"])
    return tool.Client(follow_redirects=True) if package == "httpx" else tool.Session()


def main() -> None:
    """One visit."""
    task = read()
    target = urljoin(task.url, "/signup")
    if task.options["package"] == "curl":
        _curl(task, target)
        return
    client = _client(task)
    if "headers" in task.options:
        client.headers.update(task.options["headers"])
    client.get(task.url)
    client.post(target, data=task.fields)


if __name__ == "__main__":
    main()
