// The desk's pages that are only forms: sent without leaving the page, and not left by a slip while half filled in.

import { leaving, sendActs, stayAwake } from "./acts.js";

let isTyped = false;

document.addEventListener("input", () => {
  isTyped = true;
});

// A form that loads its own answer leaves the page on purpose.
document.addEventListener("submit", (event) => {
  if (event.target.method === "get" || "loads" in event.target.dataset) isTyped = false;
});

window.addEventListener("beforeunload", (event) => {
  if (isTyped && !leaving()) event.preventDefault();
});

sendActs();
stayAwake();
