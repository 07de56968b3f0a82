// The few keys to learn. A letter typed outside a field goes to the scan field.
import { byHand, scanField } from "./scan.js";

const TEXT = "input:not([type=radio], [type=checkbox]), select, textarea";
const withKey = (name) => document.querySelector(`[data-key="${CSS.escape(name)}" i]:not(:disabled)`);

function press(one) {
  one.focus();
  if (!one.matches(TEXT)) one.click();
}

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const { key } = event;
  const here = document.activeElement;
  const writing = here.matches(TEXT);
  if (key === "Escape") return clear(event);
  if (/^Arrow(Up|Down)$/.test(key)) return step(event, here);
  if (key === "Enter") return go(event, here, writing);
  const one = writing && key.length === 1 ? null : withKey(key);
  if (one) {
    event.preventDefault();
    byHand(() => press(one));
  } else if (!writing && key.length === 1 && key !== " ") scanField()?.focus();
});

function clear(event) {
  const one = withKey("Escape");
  const field = scanField();
  if (one || !field) return one?.click();
  event.preventDefault();
  field.value = "";
  field.focus();
}

// The arrows go through a list of people; from the scan field, to the first.
function step(event, here) {
  const links = [...document.querySelectorAll("[data-arrows] a")];
  const place = links.indexOf(here);
  if (!links.length || (place < 0 && !here.matches("[data-scan], body"))) return;
  event.preventDefault();
  links[place + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
}

// A key held down presses nothing on the next page.
function go(event, here, writing) {
  if (event.repeat && !here.matches("textarea")) return event.preventDefault();
  const one = !writing && !here.matches("a, button, summary") && withKey("Enter");
  if (!one) return;
  event.preventDefault();
  one.click();
}

addEventListener("click", ({ target }) => target.closest("[data-print]") && print());

// People are found while letters are typed.
let asking;
addEventListener("input", ({ target: { form, dataset } }) => {
  clearTimeout(asking);
  asking = dataset.find && setTimeout(async () => {
    const reply = await fetch(dataset.find, { method: "POST", redirect: "error", body: new FormData(form) });
    if (reply.ok) form.lastElementChild.innerHTML = await reply.text();
  }, 150);
});
