// A menu or a help text that was opened closes when something else is touched, or by Escape.
const OPEN = "details:is(.who, .help, .up)[open]";

addEventListener("click", (event) => {
  for (const each of document.querySelectorAll(OPEN)) if (!each.contains(event.target)) each.open = false;
});
addEventListener("keydown", (event) => {
  const opened = event.key === "Escape" && document.querySelector(OPEN);
  if (!opened) return;
  opened.open = false;
  opened.querySelector("summary").focus();
});
