// After ten quiet minutes in every tab of this desk, the screen locks itself.
const form = document.querySelector("form[data-idle]");

if (form) {
  const limit = form.dataset.idle * 1000;
  const desk = new BroadcastChannel("desk");
  let seen = Date.now();
  const awake = () => {
    if (Date.now() - seen > 5000) desk.postMessage("seen");
    seen = Date.now();
  };
  desk.onmessage = () => { seen = Date.now(); };
  for (const sign of ["keydown", "pointerdown", "wheel"]) addEventListener(sign, awake, { passive: true, capture: true });
  const timer = setInterval(() => {
    if (Date.now() - seen < limit) return;
    clearInterval(timer);
    form.requestSubmit();
  }, Math.min(5000, limit / 2));
}
