"""A browser without JavaScript, as far as forms go: it reads the forms of a page, fills them in and sends them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

BOUNDARY = "----browser-of-the-tests"


@dataclass
class PageForm:
    """One form of a page: what stands in its controls, and what may be chosen in its lists."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)
    boxes: dict[str, str] = field(default_factory=dict)
    """Check boxes, and what each sends where it is checked."""
    buttons: list[tuple[str, str]] = field(default_factory=list)
    enctype: str = ""
    file_controls: list[str] = field(default_factory=list)

    def button(self, prefix: str) -> str:
        """The value of the button that begins so."""
        return next(value for name, value in self.buttons if name == "act" and value.startswith(prefix))


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._address = address
        self._form: PageForm | None = None
        self._select: str | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = PageForm(
                of.get("action") or self._address, of.get("method", "get"), enctype=of.get("enctype", "")
            )
            self.forms.append(self._form)
        form, name = self._form, of.get("name", "")
        if form is None or (not name and tag not in ("option", "button")):
            return
        if tag == "input" and of.get("type") in ("checkbox", "radio"):
            form.boxes[name] = of.get("value", "on")
            if "checked" in of:
                form.values[name] = of.get("value", "on")
        elif tag == "input" and of.get("type") == "file":
            form.file_controls.append(name)
        elif tag == "input":
            form.values[name] = of.get("value", "")
        elif tag == "button":
            form.buttons.append((name, of.get("value", "")))
        elif tag == "select":
            self._select, form.options[name] = name, []
        elif tag == "option" and self._select is not None:
            form.options[self._select].append(of["value"])
            if "selected" in of or self._select not in form.values:
                form.values[self._select] = of["value"]
        elif tag == "textarea":
            self._area, form.values[name] = name, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._area is not None and self._form is not None:
            text = self._form.values[self._area]
            self._form.values[self._area] = text.removeprefix("\n")  # as browsers read a text area
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None and self._form is not None:
            self._form.values[self._area] += data


def forms_of(answer: httpx.Response) -> list[PageForm]:
    """The forms of a page, in their order."""
    reader = _Reader(answer.url.raw_path.decode())
    reader.feed(answer.text)
    return reader.forms


def record_of(answer: httpx.Response) -> PageForm:
    """The form by which an aggregate is made, changed or moved."""
    return next(form for form in forms_of(answer) if "version" in form.values and "key" in form.values)


def action_of(answer: httpx.Response, ending: str) -> PageForm:
    """The form whose button does something at once, by the end of its address."""
    return next(form for form in forms_of(answer) if form.action.endswith(ending))


async def send(client: httpx.AsyncClient, form: PageForm, act: str = "", **changed: Any) -> httpx.Response:
    """Press a button; `changed` are controls by name, None for one that is not checked."""
    values = form.values | {"act": act} | changed
    data = {name: str(value) for name, value in values.items() if value is not None}
    return await client.post(form.action, data=data)


async def send_with_file(
    client: httpx.AsyncClient,
    form: PageForm,
    name: str = "",
    content: bytes = b"",
    act: str = "",
    **changed: str,
) -> httpx.Response:
    """The same of a form with a file control, in which `name` was chosen, or nothing."""
    assert form.enctype == "multipart/form-data"
    [control] = form.file_controls
    values = form.values | {"act": act} | changed
    parts = [(f'name="{member}"', text.encode()) for member, text in values.items()]
    escaped = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    parts.append((f'name="{control}"; filename="{escaped}"', content))
    body = b"".join(
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + data + b"\r\n"
        for head, data in parts
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return await client.post(form.action, content=body + f"--{BOUNDARY}--\r\n".encode(), headers=headers)


async def follow(client: httpx.AsyncClient, answer: httpx.Response) -> httpx.Response:
    """The page to which the form leads."""
    assert answer.status_code == 303, f"{answer.status_code}: {answer.text}"
    return await client.get(answer.headers["location"])
