// A form that names a draft is kept on the server a moment after each change, so that neither a
// lock nor a power cut loses what was typed; nothing stays in the browser.
const PAUSE = 800;
let waiting = 0;

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.dataset.draft) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const typed = new URLSearchParams(new FormData(form));
    typed.delete("page");
    typed.set("task", form.dataset.draft);
    fetch("/drafts", { method: "POST", body: typed, headers: { "x-csrftoken": typed.get("_csrf_token") } }).catch(() => {});
  }, PAUSE);
});

// Once a form is on its way its draft must not be written again behind it.
document.addEventListener("submit", () => clearTimeout(waiting), true);
