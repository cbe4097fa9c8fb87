// Keeps the desk's page fresh: when something changed it fetches the page and takes over the parts marked data-swap.
// What is being typed, and where the focus is, stay, whatever comes of it: a page that cannot be had is said to be so.
// Without this file the page is as fresh as its last loading.

import { forgive, goTo, leave, leaving, lookedAt, sendActs, stayAwake } from "./acts.js";
import { keepDraft } from "./draft.js";
import { listen, newId } from "./send.js";

const BY_ITSELF = { "X-Radrum-Live": "1" };
const GONE = 410;
const AGAIN_MS = 5000;
const ENDS = /\/(logout|end-all)$/;
const status = document.getElementById("status");
const form = document.querySelector("form.act");
const text = document.getElementById("text");
const draft = form && keepDraft(form, text, document.getElementById("kept"));
let isLooking = false;
let changedMeanwhile = false;
let isLost = false;
let again = null;

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
  const next = action
    ? document.querySelector(`form[action="${CSS.escape(action)}"] button, form[action="${action}"] button`)
    : href && document.querySelector(`a[href="${href}"]`);
  next?.focus({ preventScroll: true });
  if (part.id === "log" && atEnd) document.getElementById("log").lastElementChild?.scrollIntoView({ block: "nearest" });
}

// The case is not this volunteer's any more: the newcomer's words leave the page, the volunteer's own stay.
function lose(page) {
  isLost = true;
  const told = document.importNode(page.getElementById("lost"), true);
  const words = told.querySelector("p + p");
  if (words && !text.value.trim()) words.remove();
  if (!("isKept" in told.dataset)) draft.over();
  forgive();
  status.textContent = "";
  document.querySelectorAll("#log, #facts, .asked, .panel, .side, form.act button").forEach((part) => part.remove());
  form.hidden = !text.value.trim();
  form.before(told);
  told.scrollIntoView({ block: "nearest" });
}

async function isLoggedOut() {
  const { status: answer } = await fetch("/desk", { method: "HEAD", headers: BY_ITSELF });
  return answer === 404;
}

function isThisPage(page) {
  return page.querySelector("[data-look]")?.dataset.look === lookedAt;
}

async function fetched() {
  const response = await fetch(lookedAt, { headers: BY_ITSELF });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (response.status === GONE && isThisPage(page) && page.getElementById("lost")) return lose(page);
  if (response.ok && isThisPage(page)) return page;
  if (response.status === 404 && (await isLoggedOut())) return leave();
  throw new Error(response.status);
}

async function look() {
  // A page in the background is read by nobody, so what it would show must not count as read.
  if (isLooking || document.hidden) {
    changedMeanwhile = true;
    return undefined;
  }
  if (isLost || leaving()) return undefined;
  isLooking = true;
  let page;
  try {
    page = await fetched();
    page?.querySelectorAll("[data-swap]").forEach((fresh) => {
      const part = document.getElementById(fresh.id);
      if (part) swap(part, fresh);
    });
    status.textContent = "";
  } catch {
    status.textContent = status.dataset.offline;
    clearTimeout(again);
    again = setTimeout(look, AGAIN_MS);
  } finally {
    isLooking = false;
  }
  if (changedMeanwhile) {
    changedMeanwhile = false;
    look();
  }
  return page;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden || !changedMeanwhile) return;
  changedMeanwhile = false;
  look();
});

// The words are on their way: the box is free for the next ones.
function replied() {
  text.value = "";
  form.elements.client_msg_id.value = newId();
  draft.sent();
  look();
}

// Unsent words that this page does not show were typed in another window.
async function showUnsent() {
  const page = await look();
  if (!text.value) text.value = page?.getElementById("text")?.value ?? "";
}

sendActs({
  before: (url) => (draft && (url.endsWith("/reply") ? draft.settled() : draft.flush())),
  answered(told, { url }) {
    if (told.ok && url.endsWith("/reply")) replied();
    else if (told.ok && url.endsWith("/language")) goTo(lookedAt);
    else if (told.error === "log_in_first" || (told.ok && ENDS.test(url))) leave();
    else if (told.ok && told.to === lookedAt) look();
    else {
      if (told.error === "unsent_words" && !text.value) showUnsent();
      else if (!told.ok) look();
      return false;
    }
    return true;
  },
});
stayAwake(look);

listen("/desk/live", {
  opened() {
    status.textContent = "";
    look(); // something may have changed between the loading of the page and this moment
  },
  heard(told) {
    if (told.ended) leave();
    else if (told.changed) look();
    return !told.ended;
  },
  async lost(hasOpened) {
    status.textContent = status.dataset.offline;
    if (!hasOpened && (await isLoggedOut().catch(() => false))) leave();
  },
});
