// After five idle minutes the screen locks; for the last of them it asks, over the page. What was
// typed is kept by drafts.js, and the same clerk comes back to the same page. The server counts too,
// for a page that is dead; so a touch is told to it, at most every half minute.
const ASK_AFTER = 4 * 60_000;
const LOCK_AFTER = 5 * 60_000;
const TELL_EVERY = 30_000;
const asked = document.getElementById("idle-ask");
const form = document.getElementById("idle-lock");
let touched = Date.now();
let told = touched; // the server saw this page opened

async function tell() {
  told = Date.now();
  const headers = { "x-csrftoken": form.elements._csrf_token.value };
  const answer = await fetch("/touched", { method: "POST", headers }).catch(() => null);
  if (answer?.status === 401) location.href = "/lock";
}

for (const kind of ["pointerdown", "keydown", "wheel"]) {
  addEventListener(kind, () => { touched = Date.now(); if (asked.open) asked.close(); }, { passive: true });
}

const left = asked.querySelector("[data-left]");
setInterval(() => {
  const idle = Date.now() - touched;
  if (touched > told && Date.now() - told >= TELL_EVERY) tell();
  if (idle >= LOCK_AFTER) {
    form.elements.back.value = location.pathname + location.search;
    form.submit();
  } else if (idle >= ASK_AFTER) {
    left.textContent = String(Math.ceil((LOCK_AFTER - idle) / 1000));
    if (!asked.open) asked.showModal();
  }
}, 1000);
