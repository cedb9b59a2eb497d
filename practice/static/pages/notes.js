// The editor of a note. Without it every button sends the form; with it rows are added and judged in place, and the text saves itself.
// What is judged is judged by the server: after each button the page asks it for the rows and what stands against them.

const form = document.getElementById("note");
const map = () => window.BodyMap?.of(document.getElementById("bodymap"));
const JUDGED = ["care_key", "with_heat", "products"]; // no rows, but they too are held against what is known of the client
const CHANGING = /^(add|same|planned|remove-.*|lower-.*)$/;
const parts = ["work-rows", "work-over", "work-care", "work-sum"];
let worked = {};

const field = (name) => form.elements[name];
const pick = (name, value) => { for (const one of form.querySelectorAll(`input[name="${name}"]`)) one.checked = one.value === String(value); };
const picked = (name) => form.querySelector(`input[name="${name}"]:checked`)?.value || "";
const changed = () => form.dispatchEvent(new CustomEvent("autosave:changed", { bubbles: true }));

// -- the editor for one region

const usual = JSON.parse(form.dataset.usual);
const refused = JSON.parse(form.dataset.refused);

function technique() { return field("technique_more").value || picked("technique"); }

function chooseTechnique(key) {
  const chip = form.querySelector(`input[name="technique"][value="${CSS.escape(key)}"]`);
  field("technique_more").value = chip ? "" : key;
  pick("technique", chip ? key : "");
}

function limitOf(place) {
  return document.querySelector(`#bodymap [data-place="${place}"]`)?.dataset.level ?? "none";
}

function showHint(place) {
  const hint = form.querySelector("[data-editor-hint]");
  const places = refused[technique()];
  const isRefused = Boolean(place) && (places === "*" || Boolean(places?.includes(place)));
  hint.textContent = isRefused ? form.dataset.wordRefused : "";
  hint.hidden = !isRefused;
}

function showPlace(place) {
  offered = place;
  const now = form.querySelector(".editor-now");
  now.hidden = false;
  const limit = place ? limitOf(place) : "none";
  const most = { none: 5, unassessed: 5 }[limit] ?? Number(limit);
  for (const label of form.querySelectorAll("[data-depth]")) label.classList.toggle("is-over", Number(label.dataset.depth) > most);
  const words = form.dataset;
  now.querySelector("[data-editor-name]").textContent = place ? document.querySelector(`#bodymap [data-place="${place}"]`)?.dataset.label || "" : words.wordEmpty;
  now.querySelector("[data-editor-limit]").textContent = "";
  if (place) {
    const level = document.querySelector(`[data-depth="${limit}"]`)?.dataset.word || limit;
    now.querySelector("[data-editor-limit]").textContent = limit === "none" ? words.wordNone
      : limit === "unassessed" ? words.wordUnassessed : limit === "0" ? words.wordClosed : words.wordLimit.replace("{level}", level);
  }
  showHint(place);
}

// What was last chosen by hand in this visit holds for the next region; a region with a row of the last note or the plan has its own.
const byHand = { technique: technique(), minutes: field("minutes").value };
let offered = "";

function offer(place) {
  if (place === offered) return; // told twice, or Enter on the region that is being entered: what was chosen for it stays
  const [depth, key, minutes] = usual[place] || [3];
  pick("depth", depth);
  chooseTechnique(key || byHand.technique);
  field("minutes").value = minutes || byHand.minutes;
  showPlace(place);
}

// -- the parts the server sends

function showWorked() {
  const next = JSON.parse(document.getElementById("work-rows").dataset.worked);
  for (const place of new Set([...Object.keys(worked), ...Object.keys(next)])) map()?.setWorked(place, next[place] ?? null);
  worked = next;
  for (const choice of form.querySelectorAll("[name=pain_at]")) offerPain(choice, Object.keys(next));
}

// Where was worked stands first among the places that pain is asked about.
function offerPain(choice, places) {
  const first = choice.querySelector("[data-pain-first]");
  const chosen = choice.value;
  for (const place of places) {
    const option = choice.querySelector(`option[value="${place}"]`);
    if (option && option.parentElement !== first) first.append(option);
  }
  first.hidden = !first.childElementCount;
  choice.value = chosen;
}

// What was typed or copied while the answer was on its way stands over what the answer says.
function replaceParts(html) {
  const sent = new DOMParser().parseFromString(html, "text/html");
  const copied = field("copied").value.split(" ");
  const typed = Object.fromEntries([...document.querySelectorAll("[data-reason]")].map((box) => [box.dataset.reason, box.value]));
  for (const id of parts) {
    const part = sent.getElementById(id);
    if (part) document.getElementById(id).replaceWith(document.importNode(part, true));
  }
  field("copied").value = [...new Set([...copied, ...field("copied").value.split(" ")])].filter(Boolean).join(" ");
  for (const box of document.querySelectorAll("[data-reason]")) box.value = typed[box.dataset.reason] || box.value;
  keepReasons();
  showWorked();
}

async function ask(what, chosen = {}) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
  for (const [name, value] of Object.entries(chosen)) body.set(name, value);
  body.append("do", what);
  try {
    const answer = await fetch(form.dataset.rowsUrl, { method: "POST", body, headers: { "X-CSRFToken": field("csrf_token").value }, redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    replaceParts(await answer.text());
    return true;
  } catch {
    const hint = form.querySelector("[data-editor-hint]");
    hint.textContent = form.dataset.wordFailed;
    hint.hidden = false;
    return false;
  }
}

// One after the other: each builds on the rows that the one before has left.
let pending = 0;
let turn = Promise.resolve();

function press(what) {
  const chosen = { place: field("place").value, depth: picked("depth"), technique: picked("technique"),
    technique_more: field("technique_more").value, minutes: field("minutes").value };
  pending += 1;
  turn = turn.then(async () => {
    const rows = field("rows").value;
    const done = await ask(what, chosen);
    pending -= 1;
    if (!done || field("rows").value === rows) return;
    changed();
    if (what === "add" && field("place").value === chosen.place) { map()?.select(null); field("place").value = ""; showPlace(""); }
    if (what !== "add" && document.activeElement === document.body) form.querySelector(".note-work button").focus({ preventScroll: true });
  });
}

// -- words of the last note

function copy(name) {
  const text = form.querySelector(`[data-last="${name}"]`)?.textContent.trim() || "";
  const area = field(name);
  const own = area.value.trim();
  if (!own.includes(text)) area.value = own ? `${own}\n${text}` : text;
  const marks = new Set(field("copied").value.split(" ").filter(Boolean));
  field("copied").value = [...marks.add(name)].join(" ");
  form.querySelector(`[data-copied-mark="${name}"]`).hidden = false;
  area.focus();
  changed();
}

// -- pain, home care, reasons

function showPain() {
  const box = form.querySelector("[data-pain-change]");
  const before = field("pain_before").value;
  const after = field("pain_after").value;
  box.replaceChildren();
  if (before === "" || after === "") return;
  const points = Number(before) - Number(after);
  const badge = document.createElement("span");
  badge.className = `badge badge-${points > 0 ? "ok" : points < 0 ? "warn" : "outline"}`;
  badge.textContent = (points > 0 ? box.dataset.wordBetter : points < 0 ? box.dataset.wordWorse : box.dataset.wordSame).replace("{n}", String(Math.abs(points)));
  box.append(badge);
}

// What a sore answer suggests is on the page already; it is shown as soon as the answer is chosen.
function showAfter() {
  const badge = form.querySelector("[data-after]");
  if (badge) badge.hidden = !badge.dataset.after.split(" ").some((word) => [field("after_24").value, field("after_48").value].includes(word));
}

function takeOutCare(keys) {
  for (const select of form.querySelectorAll("[data-care]")) {
    if (!keys.includes(select.value)) continue;
    select.value = "";
    select.closest(".note-care").querySelector('[name="care_dose"]').value = "";
    changed();
  }
}

function keepReasons() {
  let kept = {};
  try { kept = JSON.parse(field("reasons").value || "{}"); } catch { kept = {}; }
  for (const box of document.querySelectorAll("[data-reason]")) kept[box.dataset.reason] = box.value.trim();
  field("reasons").value = JSON.stringify(Object.fromEntries(Object.entries(kept).filter(([, words]) => words)));
}

// A save on its way and a signature would meet on the server as two versions, rows on their way would be missing: the signature waits.
const isBusy = () => pending > 0 || document.querySelector("[data-autosave-status]")?.dataset.state === "saving";

function whenQuiet(then) {
  if (isBusy()) setTimeout(() => whenQuiet(then), 60); else then();
}

document.addEventListener("submit", (event) => {
  if (event.target !== form) return;
  const what = event.submitter?.value || "";
  const [verb, name] = what.split(/-(.*)/);
  const isHere = CHANGING.test(what) || verb === "copy";
  if (isHere) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.submitter.dataset.careOut) takeOutCare(event.submitter.dataset.careOut.split(" "));
    if (verb === "copy") copy(name); else press(what);
  } else if (isBusy()) {
    event.preventDefault();
    event.stopImmediatePropagation();
    whenQuiet(() => form.requestSubmit(event.submitter || undefined));
  }
}, true);

// -- lists: the last line filled brings a fresh one

const boxesOf = (line) => Array.from(line.querySelectorAll("input, select"));

function addLine(kind) {
  const lines = form.querySelectorAll(`[data-line="${kind}"]`);
  const last = lines[lines.length - 1];
  if (lines.length >= Number(last.dataset.most)) return false;
  const fresh = last.cloneNode(true);
  for (const more of fresh.querySelectorAll(".badge, .f-error")) more.remove();
  for (const box of boxesOf(fresh)) {
    box.value = "";
    box.removeAttribute("aria-invalid");
    box.removeAttribute("aria-describedby");
  }
  last.after(fresh);
  return true;
}

function freshLine(line) {
  const lines = form.querySelectorAll(`[data-line="${line.dataset.line}"]`);
  if (line === lines[lines.length - 1] && boxesOf(line).some((box) => box.value.trim())) addLine(line.dataset.line);
}

// As many lines as the device has kept, before they are put back.
form.addEventListener("autosave:restoring", (event) => {
  for (const kind of new Set(Array.from(form.querySelectorAll("[data-line]"), (line) => line.dataset.line))) {
    const lines = () => form.querySelectorAll(`[data-line="${kind}"]`);
    const kept = event.detail[boxesOf(lines()[0])[0].name] || [];
    while (lines().length < kept.length && addLine(kind));
  }
});
form.addEventListener("autosave:restored", () => { showPain(); showAfter(); ask(""); });
form.addEventListener("input", (event) => {
  if (event.target.matches("[data-reason]")) keepReasons();
  const line = event.target.closest("[data-line]");
  if (line) freshLine(line);
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.tagName !== "INPUT" || event.target.type === "radio") return;
  event.preventDefault(); // a line in a box is no wish to sign
  if (event.target.name === "minutes") press("add");
});
form.addEventListener("change", (event) => {
  const { name } = event.target;
  if (name === "technique") field("technique_more").value = "";
  if (name === "technique_more" && event.target.value) pick("technique", "");
  if (name === "technique" || name === "technique_more") {
    byHand.technique = technique();
    showHint(field("place").value);
  }
  if (name === "minutes") byHand.minutes = event.target.value;
  if (name === "place" && event.target.value) offer(event.target.value);
  if (name === "after_24" || name === "after_48") showAfter();
  if (name === "pain_before" || name === "pain_after") showPain();
  if (name === "back_in_days") form.querySelector("[data-back-words]").textContent = event.target.selectedOptions[0].dataset.words || "";
  if (event.target.matches("[data-care]")) {
    event.target.closest(".note-care").querySelector('[name="care_dose"]').value = event.target.selectedOptions[0].dataset.dose || "";
  }
  if (JUDGED.includes(name)) press("judge");
});
for (const button of form.querySelectorAll("[data-step]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const now = Number(field("minutes").value) || 0;
    field("minutes").value = Math.min(480, Math.max(1, now + Number(button.dataset.step)));
    byHand.minutes = field("minutes").value;
  });
}
document.addEventListener("bodymap:select", (event) => offer(event.detail.place));
document.addEventListener("bodymap:level", (event) => { if (event.detail.level >= 1) pick("depth", event.detail.level); });
for (const button of document.querySelectorAll("[data-without-script]")) button.hidden = true;
field("place").dataset.autosaveIgnore = "";
for (const label of form.querySelectorAll("[data-depth]")) label.dataset.word = `${label.querySelector(".depth-word").textContent} (${label.dataset.depth})`;
worked = JSON.parse(document.getElementById("work-rows").dataset.worked);
showPlace("");
