// Shows how far operations are, for as long as one of them is open; without a script the page asks again by itself.

import { morph } from "./morph.js";

const EVERY_MS = 1000;
const RETRY_MS = 5000;

async function look() {
  let again = EVERY_MS;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 401) return location.reload();
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      morph(document.querySelector("main"), fresh.querySelector("main"), new Set());
      if (!fresh.querySelector("script[src$='/operations.js']")) return; // all have ended
    } else again = RETRY_MS;
  } catch {
    again = RETRY_MS;
  }
  setTimeout(look, document.hidden ? RETRY_MS : again);
}

setTimeout(look, EVERY_MS);
