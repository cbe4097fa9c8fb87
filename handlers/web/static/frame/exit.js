// The quick exit: one press, or Shift three times, and the browser shows the weather while the login ends.
// Also: a page that the browser kept for "Back" is never shown again as it was.

import "./menus.js";

const KEY = "radrum-unsent";
const PRESSES = 3;
const WITHIN_MS = 2000;

const form = document.querySelector("[data-exit]");
let pressed = [];
let onlyShift = false;

function leave() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // a browser that forbids storage has nothing to forget
  }
  document.dispatchEvent(new Event("radrum-left"));
  document.body.hidden = true;
  navigator.sendBeacon(form.action, new URLSearchParams({ quickly: "1" }));
  window.location.replace(form.dataset.exit);
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    leave();
  });
  document.addEventListener("keydown", (event) => {
    onlyShift = event.key === "Shift" && !event.repeat;
    if (!onlyShift) pressed = [];
  });
  document.addEventListener("keyup", (event) => {
    // Shift that wrote a capital letter does not count.
    if (event.key !== "Shift" || !onlyShift) return;
    pressed = [...pressed, event.timeStamp].filter((at) => event.timeStamp - at < WITHIN_MS);
    if (pressed.length >= PRESSES) leave();
  });
}

window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.body.hidden = true;
  window.location.reload();
});
