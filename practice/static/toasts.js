// Toasts with Undo: counted down (data-toast = seconds), standing still while the pointer or the focus is on them.

function countDown(toast) {
  const left = toast.querySelector(".toast-left");
  let seconds = Number(toast.dataset.toast) || 10;
  const held = () => toast.matches(":hover") || toast.contains(document.activeElement);
  const say = () => { if (left) left.textContent = left.dataset.word.replace("{n}", seconds); };
  say();
  const timer = setInterval(() => {
    if (held()) return;
    seconds -= 1;
    say();
    if (seconds > 0) return;
    clearInterval(timer);
    toast.remove();
  }, 1000);
}

export function startToasts() {
  const area = document.querySelector("[data-toasts]");
  if (!area) return;
  const toasts = [...area.querySelectorAll("[data-toast]")];
  if (!toasts.length) return;
  // A live region speaks only what is added to it, so the toasts are put back in after the page has settled.
  area.replaceChildren();
  setTimeout(() => {
    area.replaceChildren(...toasts);
    toasts.forEach(countDown);
  }, 60);
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    if (event.target.matches("input:not([type=checkbox]):not([type=radio]), textarea, [contenteditable]")) return;
    const last = [...area.querySelectorAll("form")].pop();
    if (!last) return;
    event.preventDefault();
    last.requestSubmit();
  });
}
