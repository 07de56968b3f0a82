// Keeps a panel up to date, says when, and turns it grey when nobody answers.
for (const panel of document.querySelectorAll("[data-refresh]")) keepFresh(panel, panel.dataset);

async function keepFresh(panel, { refresh, every, offset, updated, lost }) {
  const lock = document.querySelector("form[data-idle]");
  const headers = {};
  let heard = Date.now();
  for (;;) {
    await new Promise((done) => setTimeout(done, every * 1000));
    if (document.hidden) heard = Date.now();
    else try {
      const reply = await fetch(refresh, { headers, cache: "no-store", signal: AbortSignal.timeout(10000) });
      if (reply.redirected) return lock ? lock.requestSubmit() : location.reload();
      if (reply.status !== 304 && !reply.ok) throw reply;
      if (reply.ok && show(panel, await reply.text())) headers["If-None-Match"] = reply.headers.get("ETag");
      heard = Date.now();
      const server = Date.parse(reply.headers.get("Date")) || heard;
      say(panel, false, updated.replace("#", new Date(server + offset * 60000).toISOString().slice(11, 19)));
    } catch {
      if (Date.now() - heard >= 15000) say(panel, true, lost);
    }
  }
}

// Takes a page or the part; while somebody types in the panel, it waits.
function show(panel, html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.querySelector(`#${panel.id} [data-fresh]`) ?? page.body;
  const old = panel.querySelector("[data-fresh]");
  const held = document.activeElement;
  if (old.contains(held) && held.matches("input, select, textarea")) return false;
  const links = () => [...old.querySelectorAll("a, button")];
  const place = links().indexOf(held);
  old.replaceChildren(...fresh.childNodes);
  links()[place]?.focus();
  return true;
}

function say(panel, isLost, text) {
  const words = panel.querySelector("[data-said]");
  if (words.textContent === text) return;
  panel.classList.toggle("lost", isLost);
  words.ariaLive = isLost ? "polite" : "off";
  words.textContent = text;
}
