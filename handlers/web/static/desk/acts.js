// Sends the forms of the desk without leaving the page: a refusal, or no answer at all, is told beside the button that
// was pressed, and everything that was typed is still there. Without this file each form loads its own answer.

import "./menus.js";
import { presence } from "./presence.js";

const LONGEST_MS = 30_000;
const main = document.getElementById("main");
const error = document.getElementById("error");

// Where this page is looked at: one that answers a refused act stands under the act's address.
export const lookedAt = document.querySelector("[data-look]")?.dataset.look ?? window.location.pathname;
if (lookedAt !== window.location.pathname) window.history.replaceState(null, "", lookedAt);

let isActing = false;
let isLeaving = false;
let isLeft = false;

export function leaving() {
  return isLeaving;
}

export function goTo(url) {
  isLeaving = true;
  const there = new URL(url, window.location.href);
  const isHere = there.pathname === window.location.pathname && there.search === window.location.search;
  if (isHere) window.location.reload(); // another #place alone would load nothing
  else window.location.assign(url);
}

// Everything leaves the page at once, however long the next one takes. The answer to an act and the page's socket may
// both tell of the same ending: going there twice would break off the first way.
export function leave() {
  isLeaving = true;
  main.replaceChildren();
  if (!isLeft) window.location.replace("/desk");
  isLeft = true;
}

export function refuse(text, beside) {
  const swapped = beside?.closest("[data-swap]");
  if (!beside || !main.contains(beside)) main.querySelector("[data-look]").prepend(error);
  else (swapped ?? beside).before(error); // what is swapped for fresh news would take the refusal with it
  error.setAttribute("role", "alert");
  error.hidden = false;
  error.textContent = text;
  error.scrollIntoView({ block: "nearest" });
}

export function forgive() {
  error.hidden = true;
  document.querySelectorAll("[data-asked]").forEach((question) => {
    question.hidden = true;
  });
}

function asks(code, url) {
  const question = code && document.querySelector(`[data-asked="${CSS.escape(code)}"]`);
  if (!question) return;
  question.querySelectorAll("[name=unsent]").forEach((button) => button.setAttribute("formaction", url));
  error.after(question);
  question.hidden = false;
  question.scrollIntoView({ block: "nearest" });
  question.focus({ preventScroll: true });
}

async function sent(url, fields) {
  try {
    const response = await fetch(url, {
      method: "POST",
      body: fields,
      headers: { Accept: "application/json" },
      redirect: "error",
      signal: AbortSignal.timeout(LONGEST_MS),
    });
    const told = await response.json().catch(() => null);
    const isOurs = typeof told?.ok === "boolean" && told.ok === response.ok;
    return isOurs ? told : { ok: false, text: main.dataset.failed };
  } catch {
    return { ok: false, text: main.dataset.offline };
  }
}

function busy(form, yes) {
  isActing = yes;
  form.querySelectorAll("textarea, input").forEach((field) => {
    field.readOnly = yes;
  });
  form.setAttribute("aria-busy", String(yes));
}

// `before(url)` runs first. `answered(told, act)`: true if the page has dealt with the answer itself.
export function sendActs({ before, answered } = {}) {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const pressed = event.submitter;
    if (form.method !== "post" || "loads" in form.dataset || event.defaultPrevented) return;
    event.preventDefault();
    if (isActing || pressed?.hidden) return; // a hidden button is what Enter presses, and means nothing
    const url = pressed?.getAttribute("formaction") ?? form.getAttribute("action");
    const fields = new URLSearchParams(new FormData(form));
    if (pressed?.name) fields.append(pressed.name, pressed.value);
    busy(form, true);
    forgive();
    await before?.(url);
    const told = await sent(url, fields);
    busy(form, false);
    if (answered?.(told, { url, form, pressed })) return;
    if (told.ok) goTo(told.to);
    else if (told.error === "not_on_shift") goTo(url); // its page asks whether to take the case all the same
    else {
      refuse(told.text, pressed);
      asks(told.error, url);
    }
  });
  document.addEventListener("click", (event) => {
    const back = event.target.closest("[data-back]");
    if (!back) return;
    event.preventDefault();
    forgive();
    document.getElementById("text")?.focus();
  });
}

// `ended()`: the login's time is up.
export function stayAwake(ended) {
  const ends = document.getElementById("ends");
  if (!ends) return;
  const button = ends.querySelector("button");
  ends.setAttribute("role", "alert");
  const { stay } = presence({
    path: "/desk/presence",
    endsInSeconds: Number(ends.dataset.endsIn),
    looks: true,
    warn(left, mayStay) {
      button.hidden = !mayStay || left === 0;
      const told = mayStay ? ends.dataset.soon : ends.dataset.whatever;
      ends.querySelector("p").textContent = left === 0 ? ends.dataset.loggedOut : told;
      ends.hidden = left === null;
      if (left === 0) ended?.();
    },
  });
  button.addEventListener("click", stay);
}
