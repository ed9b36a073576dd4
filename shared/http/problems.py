"""Refusals as RFC 9457 problem documents: always the same members, never the input, in the language of the caller."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from shared.base import texts
from shared.base.errors import Fault, Refusal
from shared.contracts.language import AnswerShape, absent

MEDIA_TYPE = "application/problem+json"


class ProblemFault(AnswerShape):
    """One thing wrong, and where."""

    code: str = Field(description="What is wrong, for programs.", examples=["missing"])
    detail: str = Field(description="What is wrong, for people.", examples=["Field required"])
    pointer: str | None = Field(
        default=None,
        description="RFC 6901: the member of the body that is wrong.",
        examples=["/name"],
        json_schema_extra=absent,
    )
    parameter: str | None = Field(
        default=None, description="The query parameter that is wrong.", json_schema_extra=absent
    )
    header: str | None = Field(
        default=None, description="The header that is wrong.", json_schema_extra=absent
    )


class Problem(BaseModel):
    """What every refused request is answered with (RFC 9457)."""

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
        json_schema_extra={
            "examples": [
                {
                    "type": "/problems/invalid",
                    "title": "The content is not valid",
                    "status": 422,
                    "detail": "1 member is not valid",
                    "instance": "/projects/v1/projects",
                    "code": "invalid",
                    "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                    "errors": [{"code": "missing", "detail": "Field required", "pointer": "/name"}],
                }
            ]
        },
    )

    type: str
    """Where the code is explained: `/problems/<code>`."""
    title: str
    """The kind of problem, the same for every occurrence."""
    status: int
    """The HTTP status."""
    detail: str
    """What was wrong with this request, for people."""
    instance: str
    """The path that was asked for."""
    code: str
    """The kind of problem, for programs; it is stable."""
    trace_id: str
    """Finds the request in the logs."""
    errors: list[ProblemFault] = []
    """Each single fault, and where it is."""


def language_of(headers: Mapping[bytes, bytes]) -> str:
    """The language in which these request headers want to read."""
    return texts.language_of(headers.get(b"accept-language", b"")[:200].decode("latin-1"))


def language_headers(language: str) -> dict[str, str]:
    """What a translated answer says of its language."""
    return {"Content-Language": language, "Vary": "Accept-Language"}


def problem(refusal: Refusal, instance: str, trace_id: str, language: str = texts.ENGLISH) -> dict[str, Any]:
    """The members of the problem document: `title` and every `detail` in the language, all else as it is."""
    return {
        "type": f"/problems/{refusal.code}",
        "title": texts.in_language(refusal.title, language),
        "status": refusal.status,
        "detail": texts.in_language(refusal.detail, language),
        "instance": instance,
        "code": refusal.code,
        "trace_id": trace_id,
        "errors": [_fault(f, language) for f in refusal.faults],
        **refusal.extensions,
    }


def problem_bytes(refusal: Refusal, instance: str, trace_id: str, language: str = texts.ENGLISH) -> bytes:
    return json.dumps(problem(refusal, instance, trace_id, language)).encode()


def problem_in_all_languages(refusal: Refusal, instance: str, trace_id: str) -> str:
    """Language -> the problem document, as JSON: for what is read later, by whoever it may be."""
    languages = (texts.ENGLISH, *texts.languages(texts.LOCALE))
    return json.dumps({language: problem(refusal, instance, trace_id, language) for language in languages})


def _fault(fault: Fault, language: str) -> dict[str, str]:
    where = {"pointer": fault.pointer, "parameter": fault.parameter, "header": fault.header}
    detail = texts.in_language(fault.detail, language)
    return {"code": fault.code, "detail": detail, **{k: v for k, v in where.items() if v is not None}}
