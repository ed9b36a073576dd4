// Forms of registers: references are searched while one types, and what is not saved is not left by mistake.
// Everything works without it: the button beside a search field does the same.

const PAUSE_MS = 200;

/** Searches while one types, and puts what is found into the list. */
function searchAsYouType(reference) {
  const field = reference.querySelector("input[type=search]");
  const list = reference.querySelector("select");
  const status = reference.querySelector("[role=status]");
  const addresses = reference.dataset.kinds.trim().split(" ");
  if (!field || !addresses[0]) return;
  let due;
  let asked;
  field.addEventListener("input", () => {
    clearTimeout(due);
    due = setTimeout(find, PAUSE_MS);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      list.focus();
    } else if (event.key === "Enter") {
      event.preventDefault(); // it would send the form
      find();
    }
  });
  async function find() {
    clearTimeout(due);
    asked?.abort();
    asked = new AbortController();
    const text = field.value.trim();
    if (!text) return;
    try {
      const query = new URLSearchParams({ q: text });
      const pages = await Promise.all(
        addresses.map(async (address) => {
          const answer = await fetch(`${address}?${query}`, { signal: asked.signal });
          return answer.ok ? answer.text() : "";
        }),
      );
      offer(pages.join(""));
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }
  function offer(html) {
    const hits = new DOMParser().parseFromString(`<select>${html}</select>`, "text/html").querySelectorAll("option");
    const kept = [...list.options].filter((option) => !option.value || option.selected);
    const values = new Set(kept.map((option) => option.value));
    const others = [...hits].filter((option) => !values.has(option.value));
    // Made anew: the first option of the answer counts as selected there, and would take the place of what was chosen.
    list.replaceChildren(...kept, ...others.map((option) => new Option(option.text, option.value)));
    list.size = Math.min(7, Math.max(2, list.options.length));
    status.textContent = reference.dataset.hits.replace("{n}", hits.length);
  }
  list.addEventListener("change", () => (list.size = 0));
}

/** Asks before a page is left on which something was typed. */
function warnOfUnsaved(form) {
  let unsaved = form.dataset.unsaved === "yes";
  form.addEventListener("input", (event) => (unsaved ||= event.target.type !== "search"));
  form.addEventListener("submit", () => (unsaved = false));
  addEventListener("beforeunload", (event) => unsaved && event.preventDefault());
}

export function records() {
  for (const form of document.querySelectorAll("form.record")) {
    warnOfUnsaved(form);
    form.querySelectorAll(".reference").forEach(searchAsYouType);
  }
  document.querySelector("[autofocus]")?.focus();
}
