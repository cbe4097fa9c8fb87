// One form's words sent until the server has them: the same client_msg_id each time, so that they arrive once.

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30000;
const CROWDED = 4429; // another of this browser's pages took the place

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function post(url, fields) {
  const response = await fetch(url, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { Accept: "application/json" },
    redirect: "error",
  });
  const told = await response.json();
  return { status: response.status, ...told };
}

// Resolves with the server's answer. `waiting(true)` is called while there is no connection.
export async function postUntilHeard(url, fields, waiting) {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      const told = await post(url, fields);
      waiting(false);
      return told;
    } catch {
      waiting(true);
      await soon(wait);
    }
  }
}

// Whether the server does not know this browser any more. Looks without loading, so that nothing counts as shown.
export async function isForgotten(path) {
  try {
    const { status } = await fetch(path, { method: "HEAD", headers: { "X-Radrum-Live": "1" } });
    return status === 404;
  } catch {
    return false;
  }
}

// After a while, or at once when the connection is back, somebody looks at the page again or presses "again".
export function soon(wait) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, wait);
    function seen() {
      if (!document.hidden) done();
    }
    function done() {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
      window.removeEventListener("online", done);
      document.removeEventListener("radrum-again", done);
      resolve();
    }
    window.addEventListener("online", done);
    document.addEventListener("radrum-again", done);
    document.addEventListener("visibilitychange", seen);
  });
}

// A socket that comes again by itself. `heard` gets each message; returning false ends it. `lost(hasOpened)`: it is
// closed, or could not be opened at all, which may mean that the login has ended.
export function listen(path, { opened, heard, lost }) {
  let wait = FIRST_WAIT_MS;
  let over = false;
  async function open() {
    const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${window.location.host}${path}`);
    let hasOpened = false;
    socket.addEventListener("open", () => {
      wait = FIRST_WAIT_MS;
      hasOpened = true;
      opened(socket);
    });
    socket.addEventListener("message", (event) => {
      if (heard(JSON.parse(event.data), socket) === false) over = true;
    });
    socket.addEventListener("close", async ({ code }) => {
      if (over) return;
      if (code === CROWDED) wait = LONGEST_WAIT_MS;
      lost(hasOpened);
      await soon(wait * (0.5 + Math.random()));
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      open();
    });
  }
  open();
}
