// Draws the charts and keeps an open page up to date. Everything else on the pages works without it.

const DRAWN = new WeakMap(); // figure -> the specification it shows
const EMBED = {
  mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false,
  tooltip: { disableDefaultStyle: true },
};
const PAUSE_MS = 250;

const specOf = (figure) => figure.querySelector("script").textContent;

/** Draws into a hidden layer and swaps it in when it is done, so that nothing flickers. */
async function draw(figure, spec) {
  if (!window.vegaEmbed || DRAWN.get(figure) === spec) return;
  DRAWN.set(figure, spec);
  const layer = document.createElement("div");
  layer.className = "drawing";
  figure.append(layer);
  const { view } = await window.vegaEmbed(layer, JSON.parse(spec), EMBED);
  if (DRAWN.get(figure) !== spec) return view.finalize();
  for (const old of figure.querySelectorAll(":scope > div")) if (old !== layer) old.remove();
  layer.className = "drawn";
  figure.view?.finalize();
  figure.view = view;
}

function drawAll(root) {
  for (const figure of root.querySelectorAll("figure.chart")) draw(figure, specOf(figure));
}

/** The parts of the page as the server last wrote them. */
const written = new Map();
const partsOf = (root) => root.querySelectorAll("[data-part]");
for (const part of partsOf(document)) written.set(part.dataset.part, part.outerHTML);

/** Puts a newer version in a part's place; its charts, open details and the focus stay where they are. */
function replace(old, next) {
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  for (const figure of next.querySelectorAll("figure.chart")) {
    const drawn = old.querySelector(`figure.chart[data-name="${figure.dataset.name}"]`);
    if (!drawn) continue;
    drawn.querySelector("script").textContent = specOf(figure);
    figure.replaceWith(drawn);
  }
  next.querySelectorAll("details").forEach((details, i) => {
    details.open = old.querySelectorAll("details")[i]?.open ?? false;
  });
  old.replaceWith(next);
  next.classList.add("fresh");
  drawAll(next);
  if (focused) document.getElementById(focused)?.focus();
}

let busy = false;
let again = false;

async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.redirected) return location.reload();
    if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } finally {
    busy = false;
    if (again) {
      again = false;
      setTimeout(refresh, PAUSE_MS);
    }
  }
}

function show(fresh) {
  const names = (root) => [...partsOf(root)].map((part) => part.dataset.part).join();
  if (names(document) !== names(fresh)) {
    for (const part of partsOf(fresh)) written.set(part.dataset.part, part.outerHTML);
    document.querySelector("main").replaceWith(document.adoptNode(fresh.querySelector("main")));
    return drawAll(document);
  }
  for (const next of partsOf(fresh)) {
    const name = next.dataset.part;
    if (written.get(name) === next.outerHTML) continue;
    written.set(name, next.outerHTML);
    replace(document.querySelector(`[data-part="${name}"]`), document.adoptNode(next));
  }
}

function listen() {
  let last;
  const source = new EventSource("/changes");
  source.onmessage = ({ data }) => {
    if (last !== undefined && data !== last) refresh();
    document.documentElement.dataset.folded = last = data;
  };
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

drawAll(document);
document.querySelector(".as-of input")?.addEventListener("change", ({ target }) => {
  if (target.validity.valid) target.form.requestSubmit();
});
if (document.body.dataset.live === "yes") listen();
