// Draws the charts of a page; a chart whose specification has not changed is left as it is.

const DRAWN = new WeakMap(); // figure -> the specification it shows
const EMBED = {
  mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false,
  tooltip: { disableDefaultStyle: true },
};

/** Draws into a hidden layer and swaps it in when it is done, so that nothing flickers. */
export async function draw(figure) {
  const spec = figure.querySelector("script").textContent;
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

export function drawAll(root) {
  for (const figure of root.querySelectorAll("figure.chart")) draw(figure);
}
