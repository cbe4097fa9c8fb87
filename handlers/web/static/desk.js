// Keeps the desk's page fresh: when something changed it fetches the page and takes over the parts marked data-swap.
// What is being typed, and where the focus is, stay. Without this file the page is as fresh as its last loading.

import "./menus.js";
import { isForgotten, listen } from "./send.js";

const BY_ITSELF = { "X-Radrum-Live": "1" };
const status = document.getElementById("status");
let isLooking = false;
let changedMeanwhile = false;

function open(root) {
  return new Set([...root.querySelectorAll("details[open]")].map((details) => details.closest("[id]")?.id));
}

function swap(part, fresh) {
  if (part.isEqualNode(fresh)) return;
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const action = focused?.closest("form")?.getAttribute("action");
  const href = focused?.getAttribute("href");
  const wasOpen = open(part);
  fresh.querySelectorAll("details").forEach((details) => {
    if (wasOpen.has(details.closest("[id]")?.id)) details.setAttribute("open", "");
  });
  const atEnd = window.innerHeight + window.scrollY >= document.body.scrollHeight - 80;
  part.replaceWith(document.importNode(fresh, true));
  const again = action
    ? document.querySelector(`form[action="${CSS.escape(action)}"] button, form[action="${action}"] button`)
    : href && document.querySelector(`a[href="${href}"]`);
  again?.focus({ preventScroll: true });
  if (part.id === "log" && atEnd) document.getElementById("log").lastElementChild?.scrollIntoView({ block: "nearest" });
}

async function look() {
  // A page in the background is read by nobody, so what it would show must not count as read.
  if (isLooking || document.hidden) {
    changedMeanwhile = true;
    return;
  }
  isLooking = true;
  try {
    const response = await fetch(window.location.pathname, { headers: BY_ITSELF });
    if (!response.ok) return window.location.replace("/desk");
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    document.querySelectorAll("[data-swap]").forEach((part) => {
      const fresh = page.getElementById(part.id);
      if (fresh) swap(part, fresh);
    });
    status.textContent = "";
  } catch {
    status.textContent = status.dataset.offline;
  } finally {
    isLooking = false;
  }
  if (changedMeanwhile) {
    changedMeanwhile = false;
    look();
  }
  return undefined;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden || !changedMeanwhile) return;
  changedMeanwhile = false;
  look();
});

listen("/desk/live", {
  opened() {
    status.textContent = "";
    look(); // something may have changed between the loading of the page and this moment
  },
  heard(told) {
    if (told.ended) window.location.replace("/desk");
    else if (told.changed) look();
    return !told.ended;
  },
  async lost(hasOpened) {
    status.textContent = status.dataset.offline;
    if (!hasOpened && (await isForgotten("/desk"))) window.location.replace("/desk");
  },
});
