// The desk's pages that are only forms: sent without leaving the page, and not left by a slip while half filled in.

import { leaving, sendActs, stayAwake } from "./acts.js";

let isTyped = false;

document.addEventListener("input", () => {
  isTyped = true;
});

window.addEventListener("beforeunload", (event) => {
  if (isTyped && !leaving()) event.preventDefault();
});

sendActs();
stayAwake();
