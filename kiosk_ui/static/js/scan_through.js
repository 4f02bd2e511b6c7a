// A form that the gun can fill by itself: once the field marked `data-sends` has changed and nothing
// that is required is missing, the form goes off without a tap. One marked `data-clears` is emptied
// for the next code when the answer is there, and choices marked `data-resets` go back to their first.
document.addEventListener("change", (event) => {
  const field = event.target.closest("input[data-sends]");
  if (field?.value && field.form.checkValidity()) field.form.requestSubmit();
});
document.addEventListener("htmx:after:request", (event) => {
  for (const field of document.querySelectorAll("input[data-clears]")) {
    if (!field.form.contains(event.target)) continue;
    field.value = "";
    for (const first of field.form.querySelectorAll("fieldset[data-resets] label:first-of-type input")) first.checked = true;
    field.focus();
  }
});
