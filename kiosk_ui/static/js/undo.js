// An answer that fills a part of the page says in its head that what it did can be taken back.
document.addEventListener("htmx:after:request", (event) => {
  if (event.detail.ctx.response?.headers.get("x-undo")) document.body.dispatchEvent(new Event("undo-offered"));
});

// The foot grows by what can be taken back: room is kept for it, and who was at the end of the page
// still sees the end.
const root = document.documentElement;
const foot = document.querySelector(".foot");
let atEnd = true;
const look = () => { atEnd = scrollY + innerHeight >= root.scrollHeight - 4; };
addEventListener("scroll", look, { passive: true });
new ResizeObserver(() => {
  root.style.scrollPaddingBottom = `${foot.offsetHeight + 8}px`;
  if (atEnd && scrollY > 0) scrollTo(0, root.scrollHeight);
}).observe(foot);
