// Hears a scanner among the keys: six at least, 60 ms apart at most, then Enter or Tab. What it typed goes to the scan
// field, wherever the cursor was; its Enter presses nothing else.
const QUICK = 60;
const SHORTEST = 6;
const WITHOUT_END = 16;
const GS = "\x1d";

let burst = "";
let last = 0;
let alt = "";
let before = null;
let waiting = [];
let silence;

const scanField = () => {
  const here = document.activeElement;
  return here?.matches("[data-scan]") ? here : document.querySelector("[data-scan]");
};

// Runs an action for a key that was pressed alone, by a finger: a key that follows at once cancels it.
export function byHand(action) {
  waiting.push(setTimeout(action, QUICK + 20));
}

addEventListener("keydown", (event) => {
  if (event.repeat || ["Shift", "Control", "Alt", "AltGraph"].includes(event.key)) return;
  const now = event.timeStamp;
  if (now - last > QUICK) start();
  else waiting.splice(0).forEach(clearTimeout);
  last = now;
  clearTimeout(silence);
  if ((event.key === "Enter" || event.key === "Tab") && burst.length >= SHORTEST) return end(event);
  const typed = read(event);
  if (typed === null) return;
  burst += typed;
  if (typed === GS) swallow(event);
  if (burst.length >= WITHOUT_END) silence = setTimeout(end, 120);
}, { capture: true });

function start() {
  waiting = [];
  burst = "";
  alt = "";
  const field = document.activeElement;
  before = field && "value" in field ? { field, value: field.value } : null;
}

// The group separator comes as Ctrl+], as Alt 029, or as F8 in the middle of a code.
function read(event) {
  if (event.ctrlKey && event.code === "BracketRight") return GS;
  if (event.altKey && /^(Digit|Numpad)\d$/.test(event.code)) {
    alt += event.code.slice(-1);
    event.preventDefault();
    if (!alt.endsWith("029")) return "";
    alt = "";
    return GS;
  }
  if (event.key === "F8" && burst) return GS;
  if (event.key.length !== 1 || ((event.ctrlKey || event.metaKey) && !event.getModifierState("AltGraph"))) return null;
  return event.key;
}

function swallow(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function end(event) {
  const field = scanField();
  const code = burst;
  burst = "";
  const writing = document.activeElement?.matches("input, textarea");
  if (!field) {
    if (event && !writing) swallow(event);
    return;
  }
  if (event) swallow(event);
  if (before && before.field !== field) before.field.value = before.value;
  field.value = code;
  field.focus();
  field.form?.requestSubmit();
  field.value = "";
}
