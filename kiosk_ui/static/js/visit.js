// On a screen that faces citizens: after a minute without a touch it asks whether somebody is still
// there, and half a minute later it wipes itself. The server forgets by its own clock too.
const ASK_AFTER = 60_000;
const WIPE_AFTER = 90_000;
const TELL_EVERY = 20_000;
const asked = document.getElementById("stay-ask");
const live = document.getElementById("live");
let touched = Date.now();
let told = 0;

const visit = () => document.querySelector("[data-visit]");
const token = () => document.querySelector("[name=_csrf_token]").value;

function stay() {
  touched = Date.now();
  if (asked.open) asked.close();
  const place = visit()?.dataset.visit;
  if (!place || touched - told < TELL_EVERY) return;
  told = touched;
  fetch(`${place}/stay`, { method: "POST", headers: { "x-csrftoken": token() } }).catch(() => {});
}

for (const kind of ["pointerdown", "keydown", "wheel"]) addEventListener(kind, stay, { passive: true });
document.addEventListener("shown", () => { touched = Date.now(); });

setInterval(() => {
  if (!visit()) {
    if (asked.open) asked.close();
    touched = Date.now();
    return;
  }
  const idle = Date.now() - touched;
  if (idle >= WIPE_AFTER) document.getElementById("visit-end").submit();
  else if (idle >= ASK_AFTER) {
    asked.querySelector("[data-left]").textContent = String(Math.ceil((WIPE_AFTER - idle) / 1000));
    if (!asked.open) asked.showModal();
  }
}, 1000);

// A card laid down begins a visit, or another one: nothing of the one before is left.
document.addEventListener("card", () => {
  document.getElementById("begin")?.submit();
});
document.addEventListener("card-unread", () => { document.getElementById("card-unread").hidden = false; });
live.addEventListener("htmx:sse:error", () => { document.getElementById("line-lost").hidden = false; });
live.addEventListener("htmx:sse:after:connection", () => { document.getElementById("line-lost").hidden = true; });
