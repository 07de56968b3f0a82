// The few keys to learn, each printed on its button or choice. A letter typed outside a field goes to the scan field.
import { byHand } from "./scan.js";

const WRITING = "input:not([type=radio], [type=checkbox], [type=submit], [type=button]), textarea, select, [contenteditable]";

function withKey(name) {
  return [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key.toLowerCase() === name.toLowerCase() && !one.disabled);
}

function press(one) {
  one.focus();
  if (!one.matches("input:not([type=radio], [type=checkbox]), select, textarea")) one.click();
}

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const here = document.activeElement;
  const writing = here?.matches(WRITING);
  if (event.key === "Escape") return clear(event, here);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") return step(event, here);
  if (event.key === "Enter") return go(event, here, writing);
  const one = writing && event.key.length === 1 ? null : withKey(event.key);
  if (one) {
    event.preventDefault();
    return byHand(() => press(one));
  }
  if (!writing && event.key.length === 1 && event.key !== " ") document.querySelector("[data-scan]")?.focus();
});

function clear(event, here) {
  const one = withKey("Escape");
  if (one) return press(one);
  const field = here?.matches("[data-scan]") ? here : document.querySelector("[data-scan]");
  if (!field) return;
  event.preventDefault();
  field.value = "";
  field.focus();
}

// In a list of people the arrows go from one to the next; from the scan field, to the first.
function step(event, here) {
  const links = [...document.querySelectorAll("[data-arrows] a")];
  const place = links.indexOf(here);
  if (!links.length || (place < 0 && !here?.matches("[data-scan], body"))) return;
  event.preventDefault();
  links[Math.max(0, Math.min(links.length - 1, place + (event.key === "ArrowDown" ? 1 : -1)))].focus();
}

// A key held down goes on pressing on the next page: nobody is injected that way.
function go(event, here, writing) {
  if (event.repeat && !here?.matches("textarea")) return event.preventDefault();
  if (writing || here?.matches("a, button, summary")) return;
  const one = withKey("Enter");
  if (!one) return;
  event.preventDefault();
  one.click();
}

addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
