// Typing is presence: it keeps a session awake, and five minutes before the end the page is told, so that it can ask.
// `path`: POST says that somebody is here, GET only asks; both answer { ends_in: seconds, may_stay: boolean }.
// `warn(secondsLeft, mayStay)`: the end is near, or 0: it has come. `warn(null)`: it is far again.

const WARN_MS = 5 * 60 * 1000;
const SAY_EVERY_MS = 60 * 1000;
const AGAIN_MS = 5 * 1000;

export function presence({ path, endsInSeconds, warn }) {
  let endsAt = Date.now() + endsInSeconds * 1000;
  let saidAt = Date.now(); // the page has just been loaded by somebody
  let mayStay = true;
  let isNear = false;
  let timer = null;

  async function ask(method) {
    const headers = { Accept: "application/json", ...(method === "GET" && { "X-Radrum-Live": "1" }) };
    try {
      const response = await fetch(path, { method, headers, redirect: "error" });
      if (!response.ok) return false;
      const told = await response.json();
      endsAt = Date.now() + told.ends_in * 1000;
      mayStay = told.may_stay !== false;
      return true;
    } catch {
      return false;
    }
  }

  function plan() {
    clearTimeout(timer);
    const left = endsAt - Date.now();
    if (left > WARN_MS) {
      if (isNear) warn(null, mayStay);
      isNear = false;
      timer = setTimeout(near, left - WARN_MS);
    } else {
      isNear = left > 0;
      warn(Math.max(0, Math.round(left / 1000)), mayStay);
      if (left > 0) timer = setTimeout(near, left);
    }
  }

  // Somebody may have been here in another window.
  async function near() {
    await ask("GET");
    plan();
  }

  async function stay() {
    saidAt = Date.now();
    if (await ask("POST")) plan();
    else saidAt = Date.now() - SAY_EVERY_MS + AGAIN_MS;
  }

  document.addEventListener("input", () => {
    if (Date.now() - saidAt >= SAY_EVERY_MS) stay();
  });
  plan();
  return { stay };
}
