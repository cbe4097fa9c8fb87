// Typing is presence: while somebody types, the server is told now and then that they are there, and not what they
// type. Five minutes before the page ends it says so, and one press stays.

const TELL_EVERY_MS = 3 * 60 * 1000;
const TRY_AGAIN_MS = 15 * 1000;
const WARN_SECONDS = 5 * 60;
const BY_ITSELF = { Accept: "application/json", "X-Radrum-Live": "1" };

// `path`: where to tell it by POST. The answer may hold { ends_in: seconds, may_stay: boolean }; without, the page lives
// for `endsInSeconds` from then on, as from its loading. `looks`: GET there only asks, since somebody may have been here
// in another window. `warn(secondsLeft, mayStay)`: called each minute of the last five and at the end, and with null once
// the end is far again. Returns `stay`, which resolves with the response, or with null when there is no connection.
export function presence({ path, endsInSeconds, warn, looks = false }) {
  let endsAt = Date.now() + endsInSeconds * 1000;
  let toldAt = Date.now(); // the page has just been loaded by somebody
  let triedAt = 0;
  let mayStay = true;
  let hasWarned = false;
  let timer = 0;

  async function ask(method) {
    const asked = Date.now();
    const body = method === "POST" ? new URLSearchParams() : undefined;
    try {
      const response = await fetch(path, { method, body, headers: BY_ITSELF });
      if (!response.ok) return response;
      const told = await response.clone().json();
      endsAt = asked + (told.ends_in ?? endsInSeconds) * 1000;
      mayStay = told.may_stay !== false;
      if (method === "POST") toldAt = asked;
      return response;
    } catch {
      return null;
    }
  }

  function plan() {
    clearTimeout(timer);
    const left = Math.max(Math.ceil((endsAt - Date.now()) / 1000), 0);
    if (left > WARN_SECONDS) {
      if (hasWarned) warn(null, mayStay);
      hasWarned = false;
      timer = setTimeout(look, (left - WARN_SECONDS) * 1000);
      return;
    }
    hasWarned = true;
    warn(left, mayStay);
    if (left) timer = setTimeout(look, (left % 60 || 60) * 1000);
  }

  async function look() {
    if (looks) await ask("GET");
    plan();
  }

  async function stay() {
    triedAt = Date.now();
    const response = await ask("POST");
    if (response?.ok) plan();
    return response;
  }

  document.addEventListener("input", () => {
    const now = Date.now();
    if (now - toldAt >= TELL_EVERY_MS && now - triedAt >= TRY_AGAIN_MS) stay();
  });
  // A computer that slept, or a page in the background, has late timers.
  document.addEventListener("visibilitychange", plan);
  plan();
  return { stay };
}
