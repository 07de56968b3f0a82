// Keeps a panel up to date: asks again with its ETag, says when, turns grey when nobody answers for 15 s.
const PATIENCE = 15000;

for (const panel of document.querySelectorAll("[data-refresh]")) keepFresh(panel);

function keepFresh(panel) {
  let etag = null;
  let answered = Date.now();
  const every = panel.dataset.every * 1000;

  async function ask() {
    try {
      const headers = etag ? { "If-None-Match": etag } : {};
      const reply = await fetch(panel.dataset.refresh, { headers, cache: "no-store", signal: AbortSignal.timeout(10000) });
      if (reply.redirected || reply.status === 401) return location.reload();
      if (reply.status !== 304 && !reply.ok) throw new Error(reply.status);
      if (reply.ok) {
        if (!show(panel, await reply.text())) return say(panel, reply);
        etag = reply.headers.get("ETag");
      }
      answered = Date.now();
      say(panel, reply);
    } catch {
      if (Date.now() - answered >= PATIENCE) lose(panel);
    }
  }

  (async function again() {
    await new Promise((done) => setTimeout(done, every));
    if (!document.hidden) await ask();
    else answered = Date.now();
    again();
  })();
}

// The answer is a whole page or only the part; where somebody is typing in the panel, it waits for the next time.
function show(panel, html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.querySelector(`#${CSS.escape(panel.id)} [data-fresh]`) ?? page.body;
  const old = panel.querySelector("[data-fresh]");
  const held = document.activeElement;
  const inside = old.contains(held);
  if (inside && held.matches("input, select, textarea")) return false;
  const place = inside ? [...old.querySelectorAll("a, button")].indexOf(held) : -1;
  old.replaceChildren(...fresh.childNodes);
  if (inside) old.querySelectorAll("a, button")[place]?.focus();
  return true;
}

function say(panel, reply) {
  const server = Date.parse(reply.headers.get("Date")) || Date.now();
  const local = new Date(server + panel.dataset.offset * 60000).toISOString().slice(11, 19);
  panel.classList.remove("lost");
  const words = panel.querySelector("[data-said]");
  words.setAttribute("aria-live", "off");
  words.textContent = panel.dataset.updated.replace("#", local);
}

function lose(panel) {
  if (panel.classList.contains("lost")) return;
  const words = panel.querySelector("[data-said]");
  panel.classList.add("lost");
  words.setAttribute("aria-live", "polite");
  words.textContent = panel.dataset.lost;
}
