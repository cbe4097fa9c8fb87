// Acts that are sent without leaving the page, so that a refusal is told beside what was typed.
// Without this file the same forms work by themselves.

import { post } from "./send.js";

// The server's answer. Without one that we understand: a refusal in the page's own words.
export async function tried(url, fields, { offline, failed }) {
  try {
    return await post(url, fields);
  } catch (trouble) {
    return { ok: false, text: trouble instanceof SyntaxError ? failed : offline };
  }
}

async function act(form, submitter) {
  const told = form.querySelector("[role=alert]");
  const fields = new FormData(form);
  if (submitter?.name) fields.append(submitter.name, submitter.value);
  told.hidden = true;
  form.setAttribute("aria-busy", "true");
  const answer = await tried(form.action, fields, form.dataset);
  form.removeAttribute("aria-busy");
  if (answer.gone) return window.location.replace(answer.to); // "Back" must not lead to a question that is answered
  if (answer.ok) return window.location.assign(answer.to);
  told.textContent = answer.text || form.dataset.failed;
  told.hidden = false;
  return undefined;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-act]")) return;
  event.preventDefault();
  if (!form.hasAttribute("aria-busy")) act(form, event.submitter);
});
