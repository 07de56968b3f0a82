// Hears a scanner: six keys, 60 ms apart at most, and Enter or Tab (or sixteen). They go to the scan field.
const QUICK = 60;
const GS = "\x1d";

let burst = "";
let last = 0;
let alt = "";
let alone, before, silence, timer;

export const scanField = () => document.querySelector("[data-scan]:focus") ?? document.querySelector("[data-scan]");

// An action for a key pressed alone: a sign that follows at once cancels it, Enter does not.
export function byHand(action) {
  alone = action;
  timer = setTimeout(settle, QUICK + 20, true);
}

function settle(isMeant) {
  clearTimeout(timer);
  const action = alone;
  alone = null;
  if (isMeant) action?.();
}

addEventListener("keydown", (event) => {
  if (event.repeat || /^(Shift|Control|Alt)/.test(event.key)) return;
  const isEnd = /^(Enter|Tab)$/.test(event.key);
  const isQuick = event.timeStamp - last <= QUICK;
  settle(isEnd ? burst.length < 6 : !isQuick);
  if (!isQuick) start(document.activeElement);
  last = event.timeStamp;
  clearTimeout(silence);
  if (isEnd && burst.length > 5) return end(event);
  const typed = read(event);
  if (!typed) return;
  burst += typed;
  if (typed === GS) swallow(event);
  if (burst.length > 15) silence = setTimeout(end, 120);
}, true);

function start(field) {
  burst = alt = "";
  before = { field, value: field.value };
}

// The separator comes as Ctrl+], as Alt 029, or as F8 in a code.
function read(event) {
  if (event.ctrlKey && event.code === "BracketRight") return GS;
  if (event.altKey && /^(Digit|Numpad)\d$/.test(event.code)) {
    alt += event.code.slice(-1);
    event.preventDefault();
    return alt.endsWith("029") && GS;
  }
  if (event.key === "F8" && burst) return GS;
  return event.key.length === 1 && (event.getModifierState("AltGraph") || !(event.ctrlKey || event.metaKey)) && event.key;
}

function swallow(event) {
  event?.preventDefault();
  event?.stopImmediatePropagation();
}

function end(event) {
  const field = scanField();
  const code = burst;
  burst = "";
  if (field || !document.activeElement.matches("input, textarea")) swallow(event);
  if (!field) return;
  if (before.field !== field) before.field.value = before.value;
  field.value = code;
  field.focus();
  field.form?.requestSubmit();
  field.value = "";
}
