// What a form still lacks is said in the house's own notice and words: the browser's bubble speaks
// the language of the browser, and goes away by itself.
const words = document.getElementById("unfilled");
let said = false;

function nameOf(field) {
  const place = field.closest("fieldset")?.querySelector("legend") ?? field.labels?.[0];
  const name = [...(place?.childNodes ?? [])].filter((each) => each.nodeType === Node.TEXT_NODE).map((each) => each.data).join("").trim();
  return name || place?.textContent.trim() || field.getAttribute("aria-label") || "";
}

function tell(field) {
  const chosen = ["radio", "checkbox"].includes(field.type);
  const notice = words.content.cloneNode(true);
  notice.querySelector("[data-said]").textContent = words.dataset[chosen ? "chosen" : "typed"].replace("{label}", nameOf(field));
  document.getElementById("notices").replaceChildren(notice);
  for (let box = field.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  field.focus({ preventScroll: true });
  (field.closest("fieldset, .field") ?? field).scrollIntoView({ block: "nearest" });
}

// Every field that lacks something says so, one after another; the first is told.
document.addEventListener("invalid", (event) => {
  if (!event.target.validity.valueMissing) return;
  event.preventDefault();
  if (said) return;
  said = true;
  setTimeout(() => { said = false; });
  tell(event.target);
}, true);
