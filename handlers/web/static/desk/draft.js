// What is typed for a case, kept on the server for its volunteer alone: a second after the last key, and when the page
// is hidden or left. Nothing is stored in the browser.

const AFTER_MS = 1000;
const AGAIN_MS = 5000;
const MOST_WHEN_LEAVING = 60_000; // bytes: browsers refuse more to a request that outlives its page

export function keepDraft(form, text, line, saved) {
  const path = form.dataset.draft;
  let kept = "isKept" in form.dataset ? text.value : "";
  let timer = null;
  let under = Promise.resolve();
  let isOver = false;
  let isTouched = false;

  async function save() {
    const typed = text.value;
    if (isOver || typed === kept) return;
    const body = new URLSearchParams({ text: typed });
    try {
      const headers = { Accept: "application/json" };
      const keepalive = body.toString().length < MOST_WHEN_LEAVING;
      const response = await fetch(path, { method: "POST", body, headers, keepalive, redirect: "error" });
      if (!response.ok) throw new Error(response.status);
      kept = typed;
      line.textContent = typed.trim() ? line.dataset.kept : "";
      saved?.();
    } catch {
      if (isOver) return;
      line.textContent = line.dataset.notKept;
      later(AGAIN_MS);
    }
  }

  // One at a time, so that an older text never comes after a newer one.
  function flush() {
    clearTimeout(timer);
    under = under.then(save);
    return under;
  }

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(flush, wait);
  }

  text.addEventListener("input", () => {
    isTouched = true;
    later(AFTER_MS);
  });
  document.addEventListener("visibilitychange", () => document.hidden && flush());
  window.addEventListener("beforeunload", flush); // before the next page is asked for
  window.addEventListener("pagehide", flush);
  window.addEventListener("online", flush);
  if (text.value !== kept) later(AFTER_MS);

  return {
    flush,
    isUnkept: () => !isOver && text.value !== kept,
    // Whatever is on its way has arrived, and nothing more follows by itself.
    settled() {
      clearTimeout(timer);
      return under;
    },
    // What was saved as the page before this one was left may have come a moment too late to be in this one.
    found(typed) {
      if (isTouched || text.value !== kept || typed === kept) return;
      kept = text.value = typed;
      line.textContent = typed ? line.dataset.kept : "";
    },
    // The words were sent, so that there is nothing left to keep.
    sent() {
      isTouched = true;
      kept = "";
      line.textContent = "";
    },
    over() {
      isOver = true;
      clearTimeout(timer);
      line.textContent = "";
    },
  };
}
