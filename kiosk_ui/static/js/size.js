// The letter size is the browser's own choice; the server reads the cookie on the next page.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-set-size]");
  if (!button) return;
  const size = button.dataset.setSize;
  document.cookie = `size=${size}; path=/; max-age=31536000; samesite=strict`;
  document.documentElement.dataset.size = size;
  for (const each of document.querySelectorAll("[data-set-size]")) {
    each.setAttribute("aria-pressed", String(each === button));
  }
});
