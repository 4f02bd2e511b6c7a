// A form that names a draft (`data-draft`) is kept on the server a moment after each change, so that
// neither a lock nor a power cut loses what was typed; nothing stays in the browser. A page that
// opens takes back what its forms had; the server forgets it once the form was accepted.
const PAUSE = 800;
const UNSENT = ["_csrf_token", "page", "task"];
const waiting = new Map();

const forms = () => document.querySelectorAll("form[data-draft]");

function keep(form) {
  const typed = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  typed.delete("page");
  typed.set("task", form.dataset.draft);
  fetch("/drafts", { method: "POST", body: typed, keepalive: true, headers: { "x-csrftoken": typed.get("_csrf_token") } }).catch(() => {});
}

function keepNow(form) {
  if (!waiting.has(form)) return;
  clearTimeout(waiting.get(form));
  waiting.delete(form);
  keep(form);
}

async function takeBack(form) {
  const answer = await fetch(`/drafts/${form.dataset.draft}`).catch(() => null);
  const kept = answer?.ok ? await answer.json() : {};
  if (waiting.has(form)) return; // somebody types already
  for (const [name, value] of Object.entries(kept)) {
    const field = UNSENT.includes(name) ? null : form.elements.namedItem(name);
    if (!field || field.type === "hidden" || field.type === "file") continue;
    if (field.type === "checkbox") field.checked = true;
    else field.value = value;
  }
}

for (const form of forms()) takeBack(form);

// A page that the browser kept whole shows what it held then; the server knows better.
addEventListener("pageshow", (event) => { if (event.persisted) for (const form of forms()) takeBack(form); });

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.form;
    if (!form?.dataset.draft) return;
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => keepNow(form), PAUSE));
  });
}

// Whoever leaves the page in a hurry leaves nothing behind.
addEventListener("pagehide", () => { for (const form of forms()) keepNow(form); });

// Once a form is on its way its draft must not be written again behind it; it says which draft is
// fulfilled when it is accepted.
document.addEventListener("submit", (event) => { clearTimeout(waiting.get(event.target)); waiting.delete(event.target); }, true);
document.addEventListener("htmx:config:request", (event) => {
  const task = event.target.dataset?.draft;
  if (task) event.detail.ctx.request.headers["x-draft"] = task;
});
