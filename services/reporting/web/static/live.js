// Keeps an open page up to date, and says so; says too when the session has ended or the server cannot be reached.

import { drawAll } from "./charts.js";
import { morph } from "./morph.js";
import { markScrollers } from "./tables.js";

/** Many writes in a row: so many looks at once, then one in so many milliseconds. */
const BURST = 3;
const REFILL_MS = 4000;
const SPACING_MS = 1000;
/** A server under load is asked less: between two looks there is this many times as long as the last one took. */
const REST = 10;
const SILENCE_MS = 40_000; // the server says every 15 s that it is there
const PATIENCE_MS = 1500; // a restart takes about as long, and nobody need read of it
const RETRY_MS = 3000;
const NAMED_ROWS = 3;

const body = document.body;
const WORDS = JSON.parse(document.getElementById("words")?.textContent ?? "{}");
const status = document.getElementById("status");
const notice = document.getElementById("notice");
const others = new BroadcastChannel("portolan");

const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

let source; // the stream, while the page is looked at
let shown = body.dataset.folded; // the mark of what was folded before the page was read
let seenAt = new Date(); // when the figures were last known to be right
let over = false; // the session has ended

// --- looking again ---------------------------------------------------------------------------------------------

let looks = BURST;
let counted = performance.now();
let lookedAt = -SPACING_MS;
let took = 0;
let due;

function waiting() {
  const now = performance.now();
  looks = Math.min(BURST, looks + (now - counted) / REFILL_MS);
  counted = now;
  const turn = looks >= 1 ? 0 : (1 - looks) * REFILL_MS;
  return Math.max(turn, lookedAt + SPACING_MS - now, lookedAt + took * REST - now, 0);
}

/** Looks again as soon as that is due; what changes until then is seen with it. */
function lookAgain() {
  if (body.dataset.live === "yes") due ??= setTimeout(look, waiting());
}

const ask = (method) => fetch(location.href, { method, headers: { Accept: "text/html" }, redirect: "manual" });

/** Whether the page leads to the login instead. */
const isOver = (answer) => answer.type === "opaqueredirect" || answer.status === 401;

async function look() {
  due = undefined;
  looks -= 1;
  lookedAt = performance.now();
  try {
    const answer = await ask("GET");
    if (isOver(answer)) return expired();
    if (answer.status >= 500) return lookAgain();
    if (!answer.ok) return location.reload();
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    seenAt = new Date();
  } catch {
    lost();
  } finally {
    took = performance.now() - lookedAt;
  }
}

function show(fresh) {
  const changes = new Set();
  const focused = document.activeElement;
  const part = focused?.closest("[data-part]");
  morph(document.querySelector("main"), fresh.querySelector("main"), changes);
  for (const outside of [".as-of", ".foot"]) {
    const [old, next] = [document, fresh].map((root) => root.querySelector(outside));
    if (old && next) morph(old, next, new Set());
  }
  document.title = fresh.title;
  shown = fresh.body.dataset.folded;
  if (!focused?.isConnected && part?.isConnected) {
    part.tabIndex = -1; // what had the focus is gone: stay where it was
    part.focus({ preventScroll: true });
  }
  drawAll(document);
  markScrollers();
  announce([...changes]);
}

/** Shows what changed for a moment, and says it: the parts, and in each its rows by name where they are few. */
function announce(changes) {
  if (!changes.length) return;
  const rows = new Map();
  for (const element of changes) {
    element.classList.remove("fresh");
    element.offsetWidth; // so that the animation begins again
    element.classList.add("fresh");
    const part = element.closest("[data-part]");
    const title = part?.querySelector("h1, h2")?.innerText ?? part?.getAttribute("aria-label");
    if (!title) continue;
    const row = element === part ? "" : element.querySelector("[data-label]")?.innerText.trim() ?? "";
    rows.set(title, (rows.get(title) ?? new Set()).add(row));
  }
  const told = [...rows].map(([title, names]) => {
    const named = [...names].filter(Boolean);
    return named.length && named.length <= NAMED_ROWS ? `${title} (${named.join(", ")})` : title;
  });
  status.textContent = fill(WORDS.updated, { time: clock.format(new Date()), what: told.join(", ") });
}

// --- session and server ----------------------------------------------------------------------------------------

let patience;
let watch;

/** The stream said something: the page is as live as it looks. */
function heard() {
  clearTimeout(patience);
  patience = undefined;
  clearTimeout(watch);
  watch = setTimeout(() => {
    lost();
    listen();
  }, SILENCE_MS);
  seenAt = new Date();
  if (notice.dataset.why === "away") {
    warn("");
    status.textContent = WORDS.back;
  }
}

/** The server cannot be reached; said when it does not come back at once. */
function lost() {
  if (over || notice.dataset.why) return;
  patience ??= setTimeout(() => warn("away"), PATIENCE_MS);
}

/** The session is over by itself: what is on the screen, and what was typed, stays to be read. */
function expired() {
  if (over) return;
  end();
  warn("ended");
}

/** Somebody logged out, here or elsewhere: nothing stays on the screen. */
function left() {
  end();
  location.replace("/login?session=ended");
}

function end() {
  over = true;
  source?.close();
  for (const timer of [due, patience, watch]) clearTimeout(timer);
}

function warn(why) {
  body.dataset.stale = why ? "yes" : "no";
  notice.dataset.why = why;
  notice.textContent = why ? fill(WORDS[why], { time: clock.format(seenAt) }) : "";
  if (why !== "ended") return;
  const link = document.createElement("a");
  link.href = `/login?${new URLSearchParams({ next: location.pathname + location.search })}`;
  link.textContent = WORDS.login;
  notice.append(" ", link);
}

function listen() {
  source?.close();
  if (over || document.hidden) return;
  source = new EventSource("/changes");
  source.onopen = heard;
  source.onmessage = ({ data }) => {
    heard();
    document.documentElement.dataset.folded = data;
    if (data !== shown) lookAgain();
  };
  source.addEventListener("alive", heard);
  source.addEventListener("ended", ({ data }) => (data === "expired" ? expired() : left()));
  source.onerror = () => (source.readyState === EventSource.CLOSED ? refused() : lost());
}

/** The browser has given the stream up: the session is over, or the server is away for longer. */
async function refused() {
  const again = () => {
    lost();
    setTimeout(listen, RETRY_MS);
  };
  try {
    if (isOver(await ask("HEAD"))) expired();
    else again();
  } catch {
    again();
  }
}

/** Follows the session, and on a page of today what is folded; a page that nobody looks at asks nothing. */
export function live() {
  if (body.dataset.session === "left") return others.postMessage("left");
  if (body.dataset.session !== "open") return;
  others.postMessage("entered");
  others.onmessage = ({ data }) => {
    if (data === "left") left();
    else if (over) location.reload();
  };
  document.addEventListener("visibilitychange", () => {
    clearTimeout(watch);
    listen();
  });
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  listen();
}
