// After five idle minutes the screen locks; for the last of them it asks, over the page. What was
// typed is kept by drafts.js, and the same clerk comes back to the same page.
const ASK_AFTER = 4 * 60_000;
const LOCK_AFTER = 5 * 60_000;
const asked = document.getElementById("idle-ask");
let touched = Date.now();

for (const kind of ["pointerdown", "keydown", "wheel"]) {
  addEventListener(kind, () => { touched = Date.now(); if (asked?.open) asked.close(); }, { passive: true });
}

if (asked) {
  const left = asked.querySelector("[data-left]");
  setInterval(() => {
    const idle = Date.now() - touched;
    if (idle >= LOCK_AFTER) {
      const form = document.getElementById("idle-lock");
      form.elements.back.value = location.pathname + location.search;
      form.submit();
    } else if (idle >= ASK_AFTER) {
      left.textContent = String(Math.ceil((LOCK_AFTER - idle) / 1000));
      if (!asked.open) asked.showModal();
    }
  }, 1000);
}
