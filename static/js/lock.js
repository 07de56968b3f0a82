// F9 or ten quiet minutes lock every tab. What is half typed, but for secrets and files, comes back to its writer.
const lock = document.querySelector("form[data-idle]");
const kept = document.getElementById("kept");
const isBox = ({ type }) => /radio|checkbox/.test(type);
const fields = (form) => [...(form?.elements ?? [])].filter((one) => one.name && !/hidden|password|file|submit/.test(one.type));
let typed = document.querySelector(".wrong")?.closest("form");

if (kept) putBack(...JSON.parse(kept.dataset.kept));
if (lock) watch(new BroadcastChannel("desk"), lock.dataset.idle * 1000);

function putBack(action, pairs) {
  typed = [...document.forms].find((form) => form.action === new URL(action, location).href && fields(form)[0]);
  kept.hidden = !typed;
  for (const one of fields(typed)) {
    const at = pairs.findIndex(([name, value]) => name === one.name && (value === one.value || !isBox(one)));
    if (isBox(one)) one.checked = at >= 0;
    else if (at >= 0) one.value = pairs.splice(at, 1)[0][1];
  }
}

function watch(desk, limit) {
  let seen = Date.now();
  const awake = () => { desk.postMessage(""); seen = Date.now(); };
  desk.onmessage = ({ data }) => data ? lock.requestSubmit() : seen = Date.now();
  for (const sign of ["keydown", "pointerdown", "wheel"]) addEventListener(sign, awake, true);
  addEventListener("input", ({ target }) => { typed = target.form; });
  lock.addEventListener("submit", () => {
    desk.postMessage("lock");
    desk.onmessage = null;
    seen = Infinity;
    const pairs = fields(typed).filter((one) => one.checked || !isBox(one)).map((one) => [one.name, one.value]);
    if (pairs.some(([, value]) => value)) lock.kept.value = JSON.stringify([typed.action, pairs]);
  });
  setInterval(() => Date.now() - seen >= limit && lock.requestSubmit(), Math.min(5000, limit / 2));
}
