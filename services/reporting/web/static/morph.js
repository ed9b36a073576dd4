// Brings a part of the page to a newer version by changing only what differs. What stays is the same element as
// before, so focus, selection, scroll, open details and half-typed text stay with it.

const isElement = (node) => node.nodeType === Node.ELEMENT_NODE;

/** What an element is known by from one version to the next: rows by `data-key`, those of a register by the address of
 * their page, others by what names them. */
const ROWS = "[data-key], .register > tbody > tr";
const keyOf = (node) =>
  isElement(node)
    ? node.dataset.key ?? node.dataset.part ?? node.dataset.name ?? node.getAttribute("id") ?? addressOf(node) : "";
const addressOf = (node) => (node.matches(ROWS) ? node.querySelector("a")?.getAttribute("href") ?? "" : "");
const nameOf = (node) => `${node.nodeName} ${keyOf(node)}`;

/** Attributes that the reader or a script sets, and the server does not know. */
const isOurs = (element, attribute) =>
  (attribute === "open" && element.nodeName === "DETAILS") ||
  (attribute === "tabindex" && element.matches(".scroll, [data-part]"));

/** Makes `old` like `next`, and adds to `changes` every row or part in which something other than a time changed. */
export function morph(old, next, changes) {
  if (!isElement(old)) {
    if (old.nodeValue === next.nodeValue) return;
    const isText = old.nodeValue.trim() !== next.nodeValue.trim();
    old.nodeValue = next.nodeValue;
    if (isText) note(old, changes);
    return;
  }
  copyAttributes(old, next, changes);
  if (old.matches("figure.chart")) copySpecification(old, next, changes);
  else copyChildren(old, next, changes);
}

function note(node, changes) {
  const element = isElement(node) ? node : node.parentElement;
  if (element.closest("time")) return;
  const changed = element.closest(ROWS) ?? element.closest("[data-part]");
  if (changed) changes.add(changed);
}

function copyAttributes(old, next, changes) {
  const both = new Set([...old.getAttributeNames(), ...next.getAttributeNames()]);
  for (const name of both) {
    const value = next.getAttribute(name);
    if (isOurs(old, name) || old.getAttribute(name) === value) continue;
    if (value === null) old.removeAttribute(name);
    else old.setAttribute(name, value);
    if (name !== "class") note(old, changes);
  }
}

/** The drawing stays until the new one is ready. */
function copySpecification(old, next, changes) {
  const [shown, given] = [old, next].map((figure) => figure.querySelector("script"));
  if (shown.textContent === given.textContent) return;
  shown.textContent = given.textContent;
  note(old, changes);
}

function copyChildren(old, next, changes) {
  const known = new Map();
  for (const child of old.childNodes) known.set(nameOf(child), [...(known.get(nameOf(child)) ?? []), child]);
  const wanted = [...next.childNodes].map((child) => {
    const match = known.get(nameOf(child))?.shift();
    if (match) {
      morph(match, child, changes);
      return match;
    }
    const added = document.adoptNode(child);
    if (isElement(added)) changes.add(keyOf(added) ? added : old);
    return added;
  });
  const leaving = [...known.values()].flat();
  if (leaving.some(isElement)) note(old, changes);
  for (const child of leaving) child.remove();
  arrange(old, wanted);
}

/** Puts children in order around the one that has the focus or the selection: an element that is moved loses both. */
function arrange(parent, wanted) {
  const holds = (node) => (child) => node && node !== parent && child.contains(node);
  const fixed = Math.max(
    wanted.findIndex(holds(document.activeElement)), wanted.findIndex(holds(getSelection().anchorNode)), 0,
  );
  for (let i = fixed - 1; i >= 0; i -= 1) {
    if (wanted[i].nextSibling !== wanted[i + 1]) parent.insertBefore(wanted[i], wanted[i + 1]);
  }
  if (fixed === 0 && wanted.length && parent.firstChild !== wanted[0]) parent.prepend(wanted[0]);
  for (let i = fixed + 1; i < wanted.length; i += 1) {
    if (wanted[i].previousSibling !== wanted[i - 1]) wanted[i - 1].after(wanted[i]);
  }
}
