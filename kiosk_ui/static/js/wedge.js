// A gun that types, for clerks' machines whose gun the box cannot take for itself: a burst of keys
// ended by Enter is a code, whatever has the focus. What the burst put into a field is taken out
// again. Keys are spelt by their place on an American keyboard where an input method or a layout
// hides them: our own codes need no more than letters, digits and hyphens.
const SHORTEST = 6;
const LONGEST_GAP = 80; // ms between two keys; a busy page may hear late, but the key's own time counts
const MEAN_GAP = 35; // nobody types six keys and Enter as fast as that
let burst = null;

const spelt = (event) => {
  if (!event.isComposing && event.key.length === 1) return event.key;
  const [, letter, digit] = /^(?:Key([A-Z])|(?:Digit|Numpad)([0-9]))$/.exec(event.code) ?? [];
  return letter ?? digit ?? (event.code === "Minus" || event.code === "NumpadSubtract" ? "-" : "");
};

function begin(now) {
  const field = document.activeElement;
  return { text: "", from: now, last: now, field, before: field?.value, composed: false };
}

// A gun that could not be told from a hand until its Enter has typed into the field by then.
function undo({ field, before, composed }) {
  if (before === undefined || field.value === before) return;
  if (composed) field.blur(); // ends the composition, which would write once more
  field.value = before;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function end(now) {
  const read = burst;
  burst = null;
  if (!read || read.text.length < SHORTEST || now - read.last > LONGEST_GAP) return null;
  return (now - read.from) / read.text.length <= MEAN_GAP ? read : null;
}

addEventListener("keydown", (event) => {
  if (event.key === "Shift" || event.key === "CapsLock") return;
  const now = event.timeStamp;
  if (event.key === "Enter" || /^(Numpad)?Enter$/.test(event.code)) {
    const read = end(now);
    if (!read) return;
    event.preventDefault();
    event.stopPropagation();
    undo(read);
    document.dispatchEvent(new CustomEvent("code-typed", { detail: read.text }));
    return;
  }
  const letter = spelt(event);
  if (!letter || event.ctrlKey || event.altKey || event.metaKey || event.repeat) {
    burst = null;
    return;
  }
  const goes = burst && now - burst.last <= LONGEST_GAP && burst.field === document.activeElement;
  if (!goes) burst = begin(now);
  burst.last = now;
  burst.composed ||= event.isComposing;
  burst.text += letter;
}, true);
