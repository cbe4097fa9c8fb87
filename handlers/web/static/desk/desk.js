// Keeps the desk's page fresh: when something changed it fetches the page and takes over the parts marked data-swap.
// What is being typed, and where the focus is, stay, whatever comes of it: a page that cannot be had is said to be so.
// Without this file the page is as fresh as its last loading.

import { forgive, goTo, leave, leaving, lookedAt, refuse, sendActs, stayAwake } from "./acts.js";
import { keepDraft } from "./draft.js";
import { listen, newId } from "./send.js";

const BY_ITSELF = { "X-Radrum-Live": "1" };
const RAN_OUT = "session_ran_out";
const GONE = 410;
const AGAIN_MS = 5000;
const ENDS = /\/(logout|end-all)$/;
const status = document.getElementById("status");
const form = document.querySelector("form.act");
const text = document.getElementById("text");
let isLooking = false;
let changedMeanwhile = false;
let isLost = false; // the case is not this volunteer's any more
let isOut = false; // the login's time has run out while something was not kept yet
const draft = form && keepDraft(form, text, document.getElementById("kept"), () => isOut && goTo(lookedAt));
let again = null;

// What the newcomer writes while the page shows something else, the closing sheet for one, has been read by nobody. It
// counts as seen, so that the case may be put away, once the last of it is on the screen or a refusal has told of it.
const TOP = "-64px 0px 0px"; // what the bar at the top of the page hides
const seen = document.getElementById("seen");
const onScreen = new IntersectionObserver((met) => met.at(-1).isIntersecting && noteSeen(), { rootMargin: TOP });
let newest = seen?.value;
let isToldOfNewer = false;

function noteSeen() {
  seen.value = newest;
}

function newerShown(page) {
  newest = page.getElementById("seen").value;
  if (isToldOfNewer) noteSeen();
  isToldOfNewer = false;
  onScreen.disconnect();
  const last = document.getElementById("log").lastElementChild;
  if (last) onScreen.observe(last);
}

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

// The newcomer's words leave the page, and every button with which to act; the volunteer's own words stay.
function strip() {
  forgive();
  status.textContent = "";
  document.getElementById("ends").hidden = true;
  document.querySelectorAll("#log, #facts, .asked, .panel, .side, form.act button").forEach((part) => part.remove());
}

function lose(page) {
  isLost = true;
  const told = document.importNode(page.getElementById("lost"), true);
  told.querySelector("[data-own]").hidden = !text.value.trim();
  if (!("isKept" in told.dataset)) draft.over();
  strip();
  form.hidden = !text.value.trim();
  form.before(told);
  told.scrollIntoView({ block: "nearest" });
}

// Why nobody is logged in any more, or nothing while somebody is.
async function howEnded() {
  const headers = { Accept: "application/json", ...BY_ITSELF };
  const response = await fetch("/desk/presence", { headers });
  const { error } = response.status === 404 ? await response.json() : {};
  return error === "log_in_first" || error === RAN_OUT ? error : "";
}

// The login has ended. If that was by time alone, what is not kept yet stays until its volunteer is here again.
function loggedOut(how) {
  if (how !== RAN_OUT || !draft?.isUnkept()) return leave();
  if (isOut) return undefined;
  isOut = true;
  strip();
  refuse(document.getElementById("ends").dataset.loggedOut, text);
  return draft.flush(); // tried again until somebody has logged in
}

function isThisPage(page) {
  return page.querySelector("[data-look]")?.dataset.look === lookedAt;
}

async function fetched() {
  const response = await fetch(lookedAt, { headers: BY_ITSELF });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (response.status === GONE && isThisPage(page) && page.getElementById("lost")) return lose(page);
  if (response.ok && isThisPage(page)) return page;
  const how = response.status === 404 && (await howEnded());
  if (how) return loggedOut(how);
  throw new Error(response.status);
}

async function look() {
  // A page in the background is read by nobody, so what it would show must not count as read.
  if (isLooking || document.hidden) {
    changedMeanwhile = true;
    return undefined;
  }
  if (isLost || isOut || leaving()) return undefined;
  isLooking = true;
  let page;
  try {
    page = await fetched();
    page?.querySelectorAll("[data-swap]").forEach((fresh) => {
      const part = document.getElementById(fresh.id);
      if (part) swap(part, fresh);
    });
    if (page && draft) draft.found(page.getElementById("text").value);
    if (page && seen) newerShown(page);
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
    else if (told.ok && ENDS.test(url)) leave();
    else if (told.error === "log_in_first" || told.error === RAN_OUT) loggedOut(told.error);
    else if (told.ok && told.to === lookedAt) look();
    else if (isLost) forgive(); // what became of the case is told, and whatever was refused was refused for that
    else {
      if (told.error === "newer_words") isToldOfNewer = true;
      if (told.error === "unsent_words" && !text.value) showUnsent();
      else if (!told.ok) look();
      if (!told.ok) draft?.flush();
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
    if (told.ended) loggedOut(told.ran_out ? RAN_OUT : "");
    else if (told.changed) look();
    return !told.ended;
  },
  async lost(hasOpened) {
    status.textContent = status.dataset.offline;
    const how = !hasOpened && (await howEnded().catch(() => ""));
    if (how) loggedOut(how);
  },
});
