// After five idle minutes the screen locks; a minute before, it asks. What was typed is kept by
// the server's drafts or stays in the open page until then.
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
    if (idle >= LOCK_AFTER) document.getElementById("idle-lock").requestSubmit();
    else if (idle >= ASK_AFTER) notice.hidden = false;
  }, 5000);
}
