"""OpenAPI links: from the answer that makes a resource to the operations on it."""

from typing import Any

Operation = dict[str, Any]


def add(paths: dict[str, dict[str, Operation]]) -> None:
    """Say with every 201 how its id and ETag go into the operations under `<collection>/{id}`."""
    for path, operations in paths.items():
        response = operations.get("post", {}).get("responses", {}).get("201")
        if response is not None:
            response["links"] = {
                operation["operationId"]: _link(operation)
                for other, methods in paths.items()
                if other.startswith(f"{path}/{{id}}")
                for operation in methods.values()
            }


def _link(operation: Operation) -> dict[str, Any]:
    parameters = {"path.id": "$response.body#/id"}
    if any(p["name"] == "If-Match" and p["required"] for p in operation["parameters"]):
        parameters["header.If-Match"] = "$response.header.ETag"
    return {"operationId": operation["operationId"], "parameters": parameters}
