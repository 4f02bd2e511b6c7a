// On-screen keys: digits for the PIN, letters and digits for initials and numbers.
document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]");
  if (!key) return;
  const field = document.getElementById(key.closest("[data-keys-for]").dataset.keysFor);
  const name = key.dataset.key;
  if (name === "enter") return field.dataset.next ? document.getElementById(field.dataset.next).focus() : field.form.requestSubmit();
  if (name === "erase") field.value = field.value.slice(0, -1);
  else if (name === "clear") field.value = "";
  else field.value += name;
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// Where a form has a keyboard for each field, the one of the field last touched is shown.
document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-typing] input")) event.target.form.dataset.typing = event.target.id;
});
