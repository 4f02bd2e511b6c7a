// After five idle minutes the screen locks; a minute before, it asks. What was typed is kept
// by drafts.js, and the same clerk comes back to the same page.
const ASK_AFTER = 4 * 60_000;
const LOCK_AFTER = 5 * 60_000;
const notice = document.getElementById("idle-notice");
let touched = Date.now();

for (const kind of ["pointerdown", "keydown", "wheel"]) {
  addEventListener(kind, () => { touched = Date.now(); if (notice) notice.hidden = true; }, { passive: true });
}

if (notice) {
  setInterval(() => {
    const idle = Date.now() - touched;
    if (idle >= LOCK_AFTER) {
      const form = document.getElementById("idle-lock");
      form.elements.back.value = location.pathname + location.search;
      form.submit();
    } else if (idle >= ASK_AFTER) notice.hidden = false;
  }, 5000);
}
