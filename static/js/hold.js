// Says how many minutes a chosen time is still kept: words, never a flashing clock.
for (const box of document.querySelectorAll("[data-left]")) {
  const end = performance.now() + box.dataset.left * 1000;
  const words = box.querySelector("[data-remaining]");
  if (words) watch(box, words, end);
}

function watch(box, words, end) {
  const seconds = Math.round((end - performance.now()) / 1000);
  const minutes = Math.ceil(seconds / 60);
  if (seconds <= 0) {
    box.textContent = box.dataset.over;
    box.classList.replace("soft", "wait");
    return;
  }
  const text = ` (${minutes > 2 ? box.dataset.minutes.replace("#", minutes) : box.dataset.last})`;
  if (words.textContent !== text) words.textContent = text;
  setTimeout(() => watch(box, words, end), Math.min(seconds % 60 || 60, seconds) * 1000);
}
