// Keys on the screen: they come where a finger has touched a field, and only then, so that a clerk
// with a keyboard never sees them. Where Chinese is wanted they offer words used lately.
const pad = document.getElementById("keypad");
const words = document.getElementById("keypad-words");
const TYPED = "input:is([type=text], [type=search], [type=password], [type=tel], :not([type])), textarea";
let field = null;

const two = (number) => String(number).padStart(2, "0");
function today() {
  const now = new Date();
  return `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
}

function changed() {
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function put(text) {
  field.setRangeText(text, field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length, "end");
  changed();
}

function next() {
  const all = [...(field.form ?? document).querySelectorAll(TYPED)].filter((each) => !each.readOnly && !each.disabled && each.checkVisibility());
  const following = all[all.indexOf(field) + 1];
  following ? open(following) : close();
}

const ACTS = {
  erase() {
    if (field.selectionStart === field.selectionEnd && field.selectionStart > 0) field.setSelectionRange(field.selectionStart - 1, field.selectionEnd);
    put("");
  },
  clear() { field.value = ""; changed(); },
  today() { field.value = today(); changed(); },
  next,
  done: () => close(),
};

async function offer(name, numeric) {
  words.replaceChildren();
  if (numeric || !name || pad.dataset.words === "none") return;
  const answer = await fetch(`/words/${name}`).catch(() => null);
  if (answer?.ok && field?.name === name) words.innerHTML = await answer.text();
}

function open(wanted) {
  field = wanted;
  const numeric = field.inputMode === "numeric";
  pad.hidden = false;
  pad.classList.toggle("numeric", numeric);
  pad.classList.toggle("dated", numeric && /day|date|due|_on$|_at$/.test(field.name));
  document.body.classList.add("typing");
  field.focus();
  field.scrollIntoView({ block: "center" });
  offer(field.name, numeric);
}

function close() {
  pad.hidden = true;
  document.body.classList.remove("typing");
  field?.blur();
  field = null;
}

// What has keys of its own on the page (the lock, the search) needs no others.
const hasOwn = (target) => document.querySelector(`[data-keys-for="${target.id}"]`) !== null;

addEventListener("pointerup", (event) => {
  if (event.pointerType === "mouse") return;
  const wanted = event.target.closest(TYPED);
  if (wanted && !wanted.readOnly && !hasOwn(wanted)) open(wanted);
  else if (field && !event.target.closest("#keypad")) close();
});

// The field keeps the focus and its place while the keys are touched.
let pressed = false;
addEventListener("pointerdown", (event) => { pressed = pad.contains(event.target); });
pad.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  event.target.closest(".key")?.classList.add("down");
});
for (const over of ["pointerup", "pointercancel"]) {
  addEventListener(over, () => pad.querySelector(".key.down")?.classList.remove("down"));
}
pad.addEventListener("click", (event) => {
  // The click of the touch that made the keys come up may land on a key; no finger pressed it.
  if (!pressed && event.detail > 0) return;
  const key = event.target.closest("[data-type], [data-word]");
  if (!key || !field) return;
  const { type, word } = key.dataset;
  if (word !== undefined && field.tagName === "TEXTAREA") {
    field.value = [field.value.trimEnd(), word].filter(Boolean).join("\n");
    changed();
  } else if (word !== undefined) { field.value = word; changed(); next(); }
  else if (ACTS[type]) ACTS[type]();
  else put(type);
});
