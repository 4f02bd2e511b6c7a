// The office's clock: time and date in China, whatever zone the machine keeps.
const zone = { timeZone: "Asia/Shanghai" };
const lang = document.documentElement.lang;
const time = new Intl.DateTimeFormat(lang, { ...zone, hour: "2-digit", minute: "2-digit", hour12: false });
const date = new Intl.DateTimeFormat(lang, { ...zone, year: "numeric", month: "long", day: "numeric", weekday: "long" });

function tell() {
  const now = new Date();
  for (const place of document.querySelectorAll("[data-clock]")) place.textContent = time.format(now);
  for (const place of document.querySelectorAll("[data-date]")) place.textContent = date.format(now);
}

tell();
setInterval(tell, 5000);
// A citizen's screen comes to rest without a new page.
document.addEventListener("htmx:after:swap", tell);
