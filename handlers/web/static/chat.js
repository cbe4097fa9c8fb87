// Makes the newcomer's chat live. Without this file the same page works by itself, one form at a time.
// Nothing is stored unless the device is the newcomer's own, and then only text that has not been sent.

import { isForgotten, listen, newId, post, postUntilHeard } from "./send.js";

const KEY = "radrum-unsent";
const chat = document.getElementById("chat");
const log = document.getElementById("log");
const form = document.getElementById("say");
const text = form.elements.text;
const button = form.querySelector("[type=submit]");
const again = document.getElementById("again");
const error = document.getElementById("error");
const status = document.getElementById("status");
const title = document.title;
const base = `/${chat.dataset.lang}/chat`;
const ownDevice = "ownDevice" in chat.dataset;

let last = Number(chat.dataset.last);
let acknowledged = last;
let socket = null;
let isSending = false;
let wasLost = false;
let hasLeft = false;

function say(words) {
  status.textContent = words;
}

function refuse(words) {
  error.textContent = words;
  error.hidden = !words;
}

// Unsent text, on the newcomer's own device only.
function keep() {
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

function grow() {
  text.style.blockSize = "auto";
  text.style.blockSize = `${text.scrollHeight + 2}px`;
}

// Rows
function place(row) {
  const holder = document.createElement("template");
  holder.innerHTML = row.html.trim();
  const bubble = holder.content.firstElementChild;
  const earlier = document.getElementById(row.id);
  if (!bubble) return earlier?.remove(); // taken back
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
    if (!row.own && document.hidden) document.title = `● ${chat.dataset.newAnswer} · ${title}`;
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

function gone(url) {
  if (hasLeft) return; // the quick exit is on its way elsewhere, and nothing may bring the chat back
  forget();
  log.replaceChildren();
  text.value = "";
  window.location.replace(url);
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
      if (told.ended) gone(base);
      return !told.ended;
    },
    async lost(hasOpened) {
      wasLost = true;
      if (hasLeft) return;
      if (!hasOpened && (await isForgotten(base))) gone(base);
    },
  });
}

// Sending
function answered(told) {
  if (told.error === "session_ended") return gone(base);
  if (told.gone) return gone(told.to);
  if (told.to) return window.location.assign(told.to);
  if (!told.ok) return refuse(told.text);
  say(told.said || "");
  if (!socket || socket.readyState !== WebSocket.OPEN) window.location.reload();
  return undefined;
}

function busy(yes) {
  isSending = yes;
  text.readOnly = yes;
  button.setAttribute("aria-disabled", String(yes));
  if (!yes) again.hidden = true;
}

async function sendWords() {
  const fields = { text: text.value, client_msg_id: form.elements.client_msg_id.value };
  busy(true);
  refuse("");
  say(chat.dataset.sending);
  const told = await postUntilHeard(form.action, fields, (waits) => {
    say(waits ? chat.dataset.offline : "");
    again.hidden = !waits;
  });
  busy(false);
  if (told.ok) {
    text.value = "";
    form.elements.client_msg_id.value = newId();
    forget();
    grow();
  } else {
    say("");
  }
  answered(told);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (isSending) document.dispatchEvent(new Event("radrum-again"));
  else sendWords();
});

text.addEventListener("input", () => {
  keep();
  grow();
});

document.addEventListener("submit", async (event) => {
  const pressed = event.target;
  if (!pressed.matches(".choices, [data-press]")) return;
  event.preventDefault();
  const { name, value } = event.submitter;
  pressed.closest("details")?.removeAttribute("open");
  try {
    answered(await post(pressed.action, { [name]: value }));
  } catch {
    say(chat.dataset.offline);
  }
  if (pressed.matches(".choices")) text.focus({ preventScroll: true });
});

document.addEventListener("radrum-left", () => {
  hasLeft = true;
  socket?.close();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  document.title = title;
  acknowledge();
});

// A link or form that ends the chat on this device leaves nothing behind.
document.addEventListener("submit", (event) => {
  if (event.target.action.endsWith("/close")) forget();
});

if (ownDevice && !text.value) {
  try {
    text.value = localStorage.getItem(KEY) || "";
  } catch {
    // nothing was kept
  }
}
text.rows = 1;
grow();
const news = log.querySelector("#new");
(news ?? log.lastElementChild)?.scrollIntoView({ block: news ? "start" : "nearest" });
connect();
