// The lock over the page: after the idle time without a touch or a key anywhere in this browser the page is covered and its sign-in
// locked on the server. The PIN takes the cover away; nothing under it has changed. Nobody reads or reaches what is below meanwhile.

const LOOK_EVERY = 2000;
const USED = "lock:used"; // when somebody last did something, shared by the windows of this browser
const STATE = "lock:state"; // "locked …" or "open …", so that the other windows follow

function device() {
  try { return window.localStorage; } catch { return null; }
}

function tell(key, value) {
  try { device()?.setItem(key, value); } catch { /* full or forbidden: each window has its own time then */ }
}

export function startLock() {
  const cover = document.getElementById("lock");
  if (!cover) return;
  const idle = Number(cover.dataset.idle) * 1000;
  const form = cover.querySelector("[data-unlock]");
  const wrong = cover.querySelector("#lock-wrong");
  const token = document.querySelector('.bar [name="csrf_token"]')?.value || "";
  const headers = { "X-CSRFToken": token, Accept: "application/json" };
  let used = Date.now();

  const isCovered = () => document.documentElement.classList.contains("is-locked");

  function touch() {
    if (isCovered() || Date.now() - used < 1000) return;
    used = Date.now();
    tell(USED, String(used));
  }

  function put() {
    if (isCovered()) return;
    document.documentElement.classList.add("is-locked");
    cover.showModal();
    cover.querySelector("input:not([type=hidden]), button:not([hidden]), a")?.focus();
  }

  function takeAway() {
    document.documentElement.classList.remove("is-locked");
    cover.close();
    form?.reset();
    say("");
    used = Date.now();
    tell(USED, String(used));
  }

  function lock() {
    put();
    tell(STATE, `locked ${Date.now()}`);
    fetch("/lock", { method: "POST", headers, redirect: "error", keepalive: true }).catch(() => { /* the server counts the idle time itself */ });
  }

  function look() {
    const last = Math.max(used, Number(device()?.getItem(USED)) || 0);
    if (!isCovered() && Date.now() - last >= idle) lock();
  }

  function say(words) {
    if (!wrong) return;
    wrong.textContent = words;
    wrong.hidden = !words;
  }

  async function open() {
    const body = new URLSearchParams(new FormData(form));
    form.reset();
    if (form.elements.credential) form.elements.credential.value = "";
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers, redirect: "error" });
      if (answer.status === 204) { takeAway(); tell(STATE, `open ${Date.now()}`); return; }
      if (answer.status !== 422) { location.reload(); return; }
      const said = await answer.json();
      say(said.message);
      if (said.is_over) setTimeout(() => location.reload(), LOOK_EVERY);
    } catch {
      say(form.dataset.wordLine);
    }
  }

  for (const kind of ["pointerdown", "keydown", "wheel", "touchstart"]) document.addEventListener(kind, touch, { capture: true, passive: true });
  cover.addEventListener("keydown", (event) => { if (event.key === "Escape") event.preventDefault(); });
  cover.addEventListener("cancel", (event) => event.preventDefault());
  cover.addEventListener("close", () => { if (isCovered()) cover.showModal(); });
  form?.addEventListener("submit", (event) => { event.preventDefault(); open(); });
  const back = cover.querySelector("[data-lock-back]");
  if (back) back.href += `?next=${encodeURIComponent(location.pathname + location.search)}`;
  const switching = form && cover.querySelector(".door-links a");
  if (switching) switching.href += `?next=${encodeURIComponent(location.pathname + location.search)}`;
  document.querySelector("[data-lock-now]")?.addEventListener("submit", (event) => { event.preventDefault(); lock(); });
  window.addEventListener("lock:locked", put);
  window.addEventListener("storage", (event) => {
    if (event.key !== STATE) return;
    if (event.newValue?.startsWith("locked")) put();
    else if (isCovered()) takeAway();
  });
  document.addEventListener("visibilitychange", look);
  setInterval(look, LOOK_EVERY);
  tell(USED, String(used));
}
