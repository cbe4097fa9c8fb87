// Makes the newcomer's chat live. Without this file the same page works by itself, one form at a time.
// What is typed and not sent is kept on the newcomer's own device in the browser; on a shared one by the server, which
// is told only when the page is left, and nothing is stored in the browser.

import { tried } from "./act.js";
import { presence } from "./presence.js";
import { isForgotten, listen, newId, postUntilHeard } from "./send.js";

const KEY = "radrum-unsent";
const KEPT_AGAIN_MS = 60 * 1000;
const A_MOMENT_MS = 2000;
const STILL_THERE_MS = 5 * 60 * 1000;
const chat = document.getElementById("chat");
const log = document.getElementById("log");
const numbers = document.getElementById("numbers");
const form = document.getElementById("say");
const text = form.elements.text;
const button = form.querySelector("[type=submit]");
const again = document.getElementById("again");
const error = document.getElementById("error");
const status = document.getElementById("status");
const ending = document.getElementById("ending");
const over = document.getElementById("over");
const title = document.title;
const base = `/${chat.dataset.lang}/chat`;
const ownDevice = "ownDevice" in chat.dataset;
const reasons = { offline: chat.dataset.notSent, failed: chat.dataset.failed };

let last = Number(chat.dataset.last);
let acknowledged = last;
let socket = null;
let isSending = false;
let wasLost = false;
let hasLeft = false; // quickly: the browser is on its way elsewhere, nothing is kept and nothing brings the chat back
let isOver = false; // the login has ended
let kept = ownDevice ? "" : text.value;
let keptAt = 0;
let typedAt = 0;
let pressedInVain = "";

function say(words) {
  status.textContent = words;
}

function refuse(words) {
  error.textContent = words;
  error.hidden = !words;
}

function grow() {
  text.style.blockSize = "auto";
  text.style.blockSize = `${text.scrollHeight + 2}px`;
}

// Unsent text, on the newcomer's own device.
function keepHere() {
  if (!ownDevice) return;
  try {
    if (text.value) localStorage.setItem(KEY, text.value);
    else localStorage.removeItem(KEY);
  } catch {
    // a browser without storage keeps nothing
  }
}

function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // nothing was kept
  }
}

// Unsent text, on a shared device: the server keeps it while the page is left, and for half an hour.
function unsent() {
  return { text: text.value, client_msg_id: form.elements.client_msg_id.value };
}

function isKept() {
  if (ownDevice || isOver || hasLeft || (!text.value && !kept)) return true;
  return text.value === kept && Date.now() - keptAt < KEPT_AGAIN_MS;
}

function noteKept() {
  kept = text.value;
  keptAt = Date.now();
}

// The page is left and nobody waits for an answer. Arabic letters sent as they are take a third of what URLSearchParams
// makes of them, and a beacon may carry 64 KiB.
function keepOnLeaving() {
  if (isKept()) return;
  const fields = unsent();
  const body = `text=${fields.text.replace(/[%&+]/g, encodeURIComponent)}&client_msg_id=${fields.client_msg_id}`;
  const blob = new Blob([body], { type: "application/x-www-form-urlencoded" });
  noteKept();
  if (navigator.sendBeacon(`${base}/draft`, blob)) return;
  fetch(`${base}/draft`, { method: "POST", body: blob }).catch(() => {}); // too much for a beacon
}

async function keepThen(goOn) {
  if (!isKept()) {
    const told = await tried(`${base}/draft`, unsent(), reasons);
    if (!told.ok) return refuse(told.text);
    noteKept();
  }
  return goOn();
}

// A page that was loaded anew was asked for before its predecessor could say what had been typed in it.
async function askKept() {
  if (ownDevice || text.value) return;
  try {
    const response = await fetch(`${base}/draft`, { headers: { Accept: "application/json" } });
    const told = response.ok ? await response.json() : {};
    if (!told.text || text.value) return;
    text.value = told.text;
    noteKept();
    grow();
  } catch {
    // without a connection there is nothing to be had
  }
}

// Rows
function place(row) {
  const holder = document.createElement("template");
  holder.innerHTML = row.html.trim();
  const bubble = holder.content.firstElementChild;
  const earlier = document.getElementById(row.id);
  if (!bubble) return earlier?.remove(); // taken back
  if (row.empties) log.replaceChildren(); // what stood here has been deleted
  if (row.ends) log.querySelectorAll(".choices").forEach((old) => old.remove());
  if (earlier) earlier.replaceWith(bubble);
  else log.append(bubble);
  return bubble;
}

function show(rows) {
  let first = null;
  for (const row of rows) {
    if (row.seq <= last && document.getElementById(row.id)) continue;
    const bubble = place(row);
    if (!row.own && bubble) first ??= bubble;
    last = Math.max(last, row.seq);
    if (!row.own && !row.empties && document.hidden) document.title = `● ${chat.dataset.newAnswer} · ${title}`;
  }
  // The first new one on top: a receipt must not slip out of sight because a question follows it.
  (first ?? log.lastElementChild)?.scrollIntoView({ block: first ? "start" : "nearest" });
  acknowledge();
}

// Shown means that somebody could see it: a page in the background has shown nothing yet.
function acknowledge() {
  if (document.hidden || last <= acknowledged || !socket || socket.readyState !== WebSocket.OPEN) return;
  socket.send(JSON.stringify({ shown: last }));
  acknowledged = last;
}

// The numbers to write down; where nobody else uses the device, they can be copied.
function showNumbers(told) {
  if (told) {
    numbers.innerHTML = told.numbers;
    document.getElementById(told.after)?.after(numbers);
  }
  const copy = numbers.querySelector("[data-copied]");
  if (!copy || !navigator.clipboard) return;
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    const told = [...numbers.querySelectorAll("strong")].map((number) => number.textContent).join("\n");
    try {
      await navigator.clipboard.writeText(told);
      say(copy.dataset.copied);
    } catch {
      refuse(chat.dataset.failed);
    }
  });
}

// The end of the login
function clear() {
  isOver = true;
  forget();
  log.replaceChildren();
  numbers.replaceChildren();
  ending.hidden = true;
  document.querySelectorAll(".tools").forEach((tools) => tools.remove());
}

function gone(url) {
  if (hasLeft) return;
  clear();
  text.value = "";
  window.location.replace(url);
}

function isWriting() {
  return Boolean(text.value) && !document.hidden && (isSending || Date.now() - typedAt < STILL_THERE_MS);
}

// Whoever was here last may have gone, so the conversation leaves the screen. Who is writing this very moment is here:
// the words that cannot be sent any more stay before them, and leave a shared screen once nobody has touched them for a
// while.
function ended(told) {
  if (isOver || hasLeft) return;
  if (!isWriting()) return gone(base);
  clear();
  say("");
  refuse(told.text);
  over.hidden = false;
  button.disabled = true;
  if (!ownDevice) leaveWhenUntouched();
}

function leaveWhenUntouched() {
  const untouched = Date.now() - typedAt;
  if (untouched >= STILL_THERE_MS) gone(base);
  else setTimeout(leaveWhenUntouched, STILL_THERE_MS - untouched);
}

async function end() {
  if (isOver || hasLeft) return;
  if (isWriting()) ended(await tried(`${base}/here`, {}, reasons));
  else gone(base);
}

// Only looked at: nobody is there because of that, and the page that says why it has ended can still say so.
async function endIfForgotten() {
  if (await isForgotten(base)) await end();
}

// Without a connection nobody can say that somebody was here meanwhile.
async function endOfTime() {
  try {
    await fetch(base, { method: "HEAD", headers: { "X-Radrum-Live": "1" } });
  } catch {
    return ended({ text: chat.dataset.notSent });
  }
  return endIfForgotten();
}

function connect() {
  listen(`${base}/live`, {
    opened(open) {
      socket = open;
      socket.send(JSON.stringify({ after: last }));
      if (wasLost) say(chat.dataset.connected);
      wasLost = false;
    },
    heard(told) {
      if (told.rows) show(told.rows);
      if (told.numbers !== undefined) showNumbers(told);
      // An act of this page may be what has ended it: its answer comes first.
      if (told.ended) isForgotten(base).then(end);
      return !told.ended;
    },
    async lost(hasOpened) {
      wasLost = true;
      if (!hasOpened) await endIfForgotten();
    },
  });
}

// Acts
function answered(told) {
  if (told.error === "session_ended") return ended(told);
  if (told.gone) return gone(told.to);
  if (!told.ok) return refuse(told.text || chat.dataset.failed);
  if (told.to) return keepThen(() => window.location.assign(told.to));
  say(told.said || "");
  if (!socket || socket.readyState !== WebSocket.OPEN) keepThen(() => window.location.reload());
  return undefined;
}

function busy(yes) {
  isSending = yes;
  text.readOnly = yes;
  button.setAttribute("aria-disabled", String(yes));
  if (!yes) again.hidden = true;
}

async function sendWords() {
  typedAt = Date.now();
  busy(true);
  refuse("");
  say(chat.dataset.sending);
  const told = await postUntilHeard(form.action, unsent(), (waits) => {
    say(waits ? chat.dataset.offline : "");
    again.hidden = !waits;
  });
  if (told.ok) {
    text.value = "";
    kept = "";
    form.elements.client_msg_id.value = newId();
    forget();
    grow();
  } else {
    say("");
  }
  if (told.error === "session_ended") ended(told);
  busy(false);
  answered(told);
}

async function press(pressed) {
  const fields = pressed.name ? { [pressed.name]: pressed.value } : {};
  const isChoice = pressed.closest(".choices");
  const isWritten = numbers.contains(pressed);
  pressed.closest("details")?.removeAttribute("open");
  refuse("");
  const told = await tried(pressed.formAction, fields, reasons);
  if (told.ok && isWritten) numbers.replaceChildren();
  answered(told);
  if (isChoice || isWritten) text.focus({ preventScroll: true });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (isOver) return;
  if (event.submitter?.hasAttribute("formaction")) press(event.submitter);
  else if (isSending) document.dispatchEvent(new Event("radrum-again"));
  else sendWords();
});

text.addEventListener("input", () => {
  typedAt = Date.now();
  if (!isOver) keepHere();
  grow();
});

// A link is followed once the text is kept. Without a connection it would lead to nothing; a second press is believed.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const isSpecial = event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey;
  if (!link || link.target || isSpecial) return;
  const isHere = link.pathname === window.location.pathname && link.hash;
  if (link.origin !== window.location.origin || isHere || isKept() || pressedInVain === link.href) return;
  event.preventDefault();
  pressedInVain = link.href;
  keepThen(() => window.location.assign(link.href));
});

document.addEventListener("radrum-left", () => {
  hasLeft = true;
  socket?.close();
});

window.addEventListener("beforeunload", keepOnLeaving);
window.addEventListener("pagehide", keepOnLeaving);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return keepOnLeaving();
  document.title = title;
  return acknowledge();
});

if (ownDevice && !text.value) {
  try {
    text.value = localStorage.getItem(KEY) || "";
  } catch {
    // nothing was kept
  }
}

if (!ownDevice) {
  const { stay } = presence({
    path: `${base}/here`,
    endsInSeconds: Number(chat.dataset.endsIn),
    warn(left) {
      if (left === 0) setTimeout(endOfTime, A_MOMENT_MS); // the server's clock may be a little behind
      const minutes = left === null ? 0 : Math.ceil(left / 60);
      ending.hidden = !minutes || isOver;
      ending.querySelectorAll("[data-minutes]").forEach((one) => {
        one.hidden = Number(one.dataset.minutes) !== minutes;
      });
    },
  });
  document.getElementById("stay").addEventListener("click", async () => {
    refuse("");
    const response = await stay();
    if (!response) refuse(chat.dataset.notSent);
    else if (response.status === 404) endIfForgotten();
    else if (!response.ok) refuse(chat.dataset.failed);
    text.focus({ preventScroll: true });
  });
  askKept();
  setTimeout(askKept, A_MOMENT_MS); // on a slow net what the last page said may come after what this one asks
}

text.rows = 1;
grow();
showNumbers();
const news = log.querySelector("#new");
(news ?? log.lastElementChild)?.scrollIntoView({ block: news ? "start" : "nearest" });
connect();
