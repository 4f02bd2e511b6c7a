// A reader that types: whatever has the focus, a burst of keys ended by Enter goes to the search.
// People do not type with less than 40 ms between keys; text under composition is never touched.
const FASTEST_HAND = 40;
const SHORTEST = 6;
let burst = "";
let last = 0;

addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  const now = event.timeStamp; // when the key went down, however late a busy page hears of it
  if (now - last > FASTEST_HAND) burst = "";
  last = now;
  if (event.key === "Enter") {
    const read = burst;
    burst = "";
    const form = document.getElementById("find");
    if (read.length < SHORTEST || !form) return;
    event.preventDefault();
    event.stopPropagation();
    form.elements.q.value = read;
    form.submit();
  } else if (event.key.length === 1) {
    burst += event.key;
  }
}, true);
