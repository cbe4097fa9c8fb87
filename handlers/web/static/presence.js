// Typing is presence: while somebody types, the server is told now and then that they are there, and not what they
// type. Five minutes before the page ends it says so, and one press stays.

const TELL_EVERY_MS = 3 * 60 * 1000;
const TRY_AGAIN_MS = 15 * 1000;
const WARN_SECONDS = 5 * 60;

// `path`: where to tell it. `endsInSeconds`: how long the page lives without a sign. `warn`: called with the seconds
// that are left, each minute of the last five and at the end, and with null once somebody has stayed.
// Returns `stay`, which resolves with the response, or with null when there is no connection.
export function presence({ path, endsInSeconds, warn }) {
  let endsAt = Date.now() + endsInSeconds * 1000;
  let toldAt = Date.now();
  let triedAt = 0;
  let hasWarned = false;
  let timer = 0;

  function look() {
    clearTimeout(timer);
    const left = Math.max(Math.ceil((endsAt - Date.now()) / 1000), 0);
    if (left > WARN_SECONDS) {
      if (hasWarned) warn(null);
      hasWarned = false;
      timer = setTimeout(look, (left - WARN_SECONDS) * 1000);
      return;
    }
    hasWarned = true;
    warn(left);
    if (left) timer = setTimeout(look, (left % 60 || 60) * 1000);
  }

  async function stay() {
    triedAt = Date.now();
    try {
      const response = await fetch(path, {
        method: "POST",
        body: new URLSearchParams(),
        headers: { Accept: "application/json", "X-Radrum-Live": "1" },
      });
      if (response.ok) {
        toldAt = triedAt;
        endsAt = triedAt + endsInSeconds * 1000;
        look();
      }
      return response;
    } catch {
      return null;
    }
  }

  function sign() {
    const now = Date.now();
    if (now - toldAt >= TELL_EVERY_MS && now - triedAt >= TRY_AGAIN_MS) stay();
  }

  document.addEventListener("input", sign);
  // A computer that slept, or a page in the background, has late timers.
  document.addEventListener("visibilitychange", look);
  look();
  return { stay };
}
