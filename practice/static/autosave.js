// Drafts that save themselves: form[data-autosave=url]; with data-autosave-unsaved=version what stands in it was typed on that
// version and has been refused. The form goes to the server 1.5 s after the last key and every 5 s while it is
// dirty; a copy stays on the device until the server has said yes. 409 means that somebody else saved in between:
// {version, newer_url, differences: [[what, mine, theirs]]}; all that differs is shown, and nothing is sent until the person has chosen.

const REST = 1500;
const EVERY = 5000;
const KEEP_DAYS = 3;

function device() {
  try { return window.localStorage; } catch { return null; }
}

// The name of who is signed in is part of the key: on a shared tablet nobody finds another's text in the field.
function keyOf(form) {
  const who = document.querySelector(".who-name")?.textContent.trim() || "";
  return `draft:${who}:${form ? form.dataset.autosaveKey || form.dataset.autosave : ""}`;
}

function textsOf(form) {
  const kept = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== "string" || name === "csrf_token") continue;
    (kept[name] ||= []).push(value);
  }
  return kept;
}

function putBack(form, kept) {
  for (const element of form.elements) {
    if (!element.name || element.name === "csrf_token" || element.name === "version" || element.type === "file") continue;
    const values = kept[element.name];
    if (element.type === "checkbox" || element.type === "radio") element.checked = Boolean(values?.includes(element.value));
    else if (element.tagName === "SELECT" && element.multiple) for (const o of element.options) o.selected = Boolean(values?.includes(o.value));
    else if (values?.length && element.type !== "submit") element.value = values.length > 1 ? values.shift() : values[0];
  }
  form.dispatchEvent(new CustomEvent("autosave:restored", { bubbles: true }));
}

function start(form) {
  const url = form.dataset.autosave;
  const key = keyOf(form);
  const find = (selector) => form.querySelector(selector) || document.querySelector(selector);
  const status = find("[data-autosave-status]");
  const stale = find("[data-autosave-stale]");
  const retry = status?.querySelector("[data-autosave-retry]");
  const over = stale?.querySelector("[data-autosave-over]");
  const version = form.querySelector('[name="version"]');
  let savedAt = status?.dataset.savedAt || "";
  let dirty = false;
  let sending = false;
  let refused = false;
  let rejected = -1; // the state the server could not read: it is not sent again until something has changed
  let changes = 0;
  let timer = 0;
  let copied = null; // the copy this page has put on the device: another window's is not ours to take away

  function say(state, word) {
    if (!status) return;
    status.dataset.state = state;
    status.querySelector(".autosave-words").textContent = word.replace("{time}", savedAt);
    if (retry) retry.hidden = state !== "failed";
  }
  const failed = () => say("failed", savedAt ? status?.dataset.wordFailed || "" : status?.dataset.wordNever || "");

  function keep() {
    const copy = { at: Date.now(), version: version?.value || "", texts: textsOf(form) };
    copied = JSON.stringify(copy);
    try { device()?.setItem(key, copied); } catch { /* full or forbidden: the server copy is still tried */ }
  }

  function forget() {
    if (device()?.getItem(key) === copied) device()?.removeItem(key);
  }

  function showStale(answer) {
    refused = true;
    failed();
    if (!stale) return;
    stale.hidden = false;
    if (over) {
      // Only a person may decide that the own text goes over the other one: then it is sent with the newer version's number.
      over.hidden = answer.version === undefined || !version;
      over.dataset.version = answer.version ?? "";
    }
    // What is done with takes nothing any more: then what was typed goes beside it.
    const left = stale.querySelector("[data-autosave-left]");
    if (left) {
      left.hidden = !answer.left_over_url;
      if (answer.left_over_url) left.setAttribute("formaction", answer.left_over_url);
      stale.querySelector("[data-autosave-done]").hidden = left.hidden;
      stale.querySelector("[data-autosave-saved]").hidden = !left.hidden;
    }
    const newer = stale.querySelector("a");
    if (newer) newer.href = answer.newer_url || location.href;
    const both = stale.querySelector("[data-autosave-both]");
    both.replaceChildren();
    for (const [name, own, other] of answer.differences || []) {
      for (const [word, words] of [[both.dataset.wordYours, own], [both.dataset.wordTheirs, other]]) {
        const cell = document.createElement("div");
        const head = document.createElement("strong");
        head.textContent = `${name}, ${word}`;
        const body = document.createElement("div");
        body.className = "stale-text";
        body.textContent = words || "–";
        cell.append(head, body);
        both.append(cell);
      }
    }
    stale.scrollIntoView({ block: "nearest" });
  }

  // errors: {field: [text]}; "field-1" is the second box of that name. A box without room for words is told by the status alone.
  function showErrors(errors) {
    for (const line of form.querySelectorAll("[data-autosave-error]")) {
      form.querySelector(`[aria-describedby="${line.id}"]`)?.removeAttribute("aria-invalid");
      line.remove();
    }
    for (const [place, texts] of Object.entries(errors)) {
      const [name, number] = place.split("-");
      const box = form.querySelectorAll(`[name="${CSS.escape(name)}"]:not([type=hidden])`)[Number(number || 0)];
      if (!box) continue;
      const line = document.createElement("p");
      line.className = "f-error";
      line.id = `${place}-error`;
      line.dataset.autosaveError = "";
      line.setAttribute("role", "alert");
      line.textContent = texts.join(" ");
      box.setAttribute("aria-invalid", "true");
      box.setAttribute("aria-describedby", line.id);
      (box.closest(".note-care") || box.parentElement).append(line);
    }
  }

  async function save() {
    clearTimeout(timer);
    if (!dirty || sending || refused || rejected === changes) return;
    sending = true;
    const sent = changes;
    say("saving", status?.dataset.wordSaving || "");
    try {
      const body = new URLSearchParams();
      for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
      const token = form.querySelector('[name="csrf_token"]')?.value || "";
      const response = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token, Accept: "application/json" }, redirect: "error" });
      if (response.status === 409) { showStale(await response.json().catch(() => ({}))); return; }
      if (response.status === 423) window.dispatchEvent(new Event("lock:locked"));
      if (response.status === 422) {
        rejected = sent;
        failed();
        showErrors((await response.json().catch(() => ({}))).errors || {});
        return;
      }
      if (!response.ok) { failed(); return; }
      const answer = await response.json();
      savedAt = answer.saved_at || savedAt;
      if (version && answer.version !== undefined) version.value = answer.version;
      dirty = changes !== sent;
      if (dirty) keep(); else forget();
      showErrors({});
      say("saved", status?.dataset.wordSaved || "");
      form.dispatchEvent(new CustomEvent("autosave:saved", { bubbles: true, detail: answer }));
    } catch {
      failed();
    } finally {
      sending = false;
    }
  }

  function changed(event) {
    if (event?.target?.matches?.("[data-autosave-ignore]")) return;
    changes += 1;
    dirty = true;
    keep();
    clearTimeout(timer);
    timer = setTimeout(save, REST);
  }

  function restore() {
    let copy = null;
    try { copy = JSON.parse(device()?.getItem(key) || "null"); } catch { copy = null; }
    if (!copy) return;
    if (JSON.stringify({ ...textsOf(form), version: 0 }) === JSON.stringify({ ...copy.texts, version: 0 })) { device().removeItem(key); return; }
    form.dispatchEvent(new CustomEvent("autosave:restoring", { detail: copy.texts })); // for scripts that make room for it
    putBack(form, copy.texts);
    copied = device().getItem(key);
    // The text was written on an older version: sending that version lets the server notice and ask, instead of overwriting.
    if (version && copy.version) version.value = copy.version;
    dirty = true;
    changes += 1;
    say("failed", status?.dataset.wordKept || "");
  }

  // What stands in a refused page is nowhere but there and on the device. Over what somebody else has saved it goes only when chosen.
  function comeBack() {
    refused = Boolean(stale && !stale.hidden);
    if (version) version.value = form.dataset.autosaveUnsaved;
    dirty = true;
    changes += 1;
    keep();
    failed();
  }

  if (status && savedAt) say("saved", status.dataset.wordSaved);
  if (form.dataset.autosaveUnsaved === undefined) restore(); else comeBack();
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("autosave:changed", changed); // for scripts that fill hidden fields
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (dirty) keep();
    dirty = false;
    clearTimeout(timer);
  });
  retry?.addEventListener("click", () => { refused = false; rejected = -1; dirty = true; save(); });
  over?.addEventListener("click", (event) => {
    event.preventDefault(); // where it is a button of the form: for a page without scripts
    version.value = over.dataset.version;
    stale.hidden = true;
    refused = false;
    dirty = true;
    save();
  });
  setInterval(save, EVERY);
  window.addEventListener("online", save);
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
}

// What the page says has arrived stays on no device, for others sit down at it; nor does what nobody came back to.
function forgetOld() {
  const store = device();
  const own = keyOf();
  for (const one of document.querySelectorAll("[data-arrived]")) store?.removeItem(own + one.dataset.arrived);
  for (const key of Object.keys(store || {}).filter((name) => name.startsWith("draft:"))) {
    let copy = {};
    try { copy = JSON.parse(store.getItem(key)) || {}; } catch { copy = {}; }
    if (!(Date.now() - copy.at <= KEEP_DAYS * 864e5)) store.removeItem(key);
  }
}

// A page of what is done with, [data-autosave-kept=url]: if this device still keeps a copy that never arrived, it is offered there.
function offerKept(box) {
  const key = keyOf() + box.dataset.autosaveKept;
  let copy = null;
  try { copy = JSON.parse(device()?.getItem(key) || "null"); } catch { copy = null; }
  if (!copy?.texts) return;
  const form = box.querySelector("form");
  for (const [name, values] of Object.entries(copy.texts)) {
    for (const value of values) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
  }
  box.querySelector("[data-autosave-forget]").addEventListener("click", () => { device()?.removeItem(key); box.hidden = true; });
  box.hidden = false;
}

export function startAutosave() {
  const forms = Array.from(document.querySelectorAll("form[data-autosave]"));
  forgetOld();
  forms.forEach(start);
  document.querySelectorAll("[data-autosave-kept]").forEach(offerKept);
}
