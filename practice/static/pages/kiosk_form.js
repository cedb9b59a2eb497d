// One part of the form: follow-ups open in place, answers that exclude each other, places on the map, rows of medicines.
// Everything works without this script too, with one more page where answers open questions.
import { startAutosave } from "../autosave.js";

const form = document.getElementById("part");
const template = document.querySelector("[data-place-picker]");
const all = (root, selector) => Array.from(root.querySelectorAll(selector));
const changed = () => form.dispatchEvent(new CustomEvent("autosave:changed"));

// -- follow-ups -------------------------------------------------------------------------------------------------------

function valuesOf(key) {
  const name = `q-${key}`;
  return Array.from(form.elements)
    .filter((field) => field.name === name || field.name.startsWith(`${name}-`))
    .filter((field) => (field.type === "checkbox" || field.type === "radio" ? field.checked : field.value !== ""))
    .map((field) => field.value);
}

function openFollowUps() {
  for (const box of all(form, "[data-follow-up]")) {
    const values = valuesOf(box.dataset.followUp);
    const when = box.dataset.when.split(" ");
    box.hidden = !values.some((value) => when.includes(value) || when.includes("any"));
  }
  for (const box of all(form, "[data-places]")) drawMap(box);
}

// -- answers that exclude each other ----------------------------------------------------------------------------------

function keepApart(field) {
  if (field.type === "checkbox" && field.checked && field.name.startsWith("q-") && field.closest(".choices-several")) {
    for (const other of all(field.closest(".choices-several"), "input:checked")) {
      if (other !== field && ("exclusive" in field.dataset || "exclusive" in other.dataset)) other.checked = false;
    }
  }
  if (field.dataset.group && field.checked) {
    for (const other of all(form, "[data-group]")) if (other !== field) other.checked = false;
    if (field.dataset.group === "none") sayNo();
  }
  if (field.checked && "says" in field.dataset) {
    const none = form.querySelector('[data-group="none"]');
    if (none) none.checked = false;
  }
}

// "None of these" is said for every question of the part: people see what they say.
function sayNo() {
  for (const no of all(form, "[data-exclusive]")) {
    if (no.closest("[data-follow-up]")) continue;
    for (const other of all(no.closest(".choices"), "input:checked")) if (other.type === "checkbox") other.checked = false;
    no.checked = true;
  }
}

// -- places: the list is what is posted, the map writes into it -------------------------------------------------------

function fillIn(box) {
  if (box.querySelector("[data-place-list]")) return;
  const copy = template.content.cloneNode(true);
  copy.querySelector("[data-bodymap]").remove();
  for (const tick of all(copy, "[data-place-tick]")) tick.name = `q-${box.dataset.places}`;
  box.append(copy);
}

// A question that may stay empty keeps its map folded until it is wanted.
function offerMap(box) {
  if (box.closest("[data-follow-up]") || box.querySelector("[data-place-tick]:checked")) return false;
  if (!box.querySelector("[data-show-map]")) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "btn btn-second", textContent: box.querySelector("[data-picked]").dataset.wordMap });
    button.dataset.showMap = "";
    button.addEventListener("click", () => { drawMap(box, true); box.querySelector(".bm-region[tabindex='0']")?.focus(); });
    box.prepend(button);
  }
  return true;
}

function drawMap(box, wanted) {
  if (box.querySelector("[data-bodymap]") || box.closest("[hidden]")) return;
  if (wanted !== true && offerMap(box)) return;
  box.querySelector("[data-show-map]")?.remove();
  const root = template.content.querySelector("[data-bodymap]").cloneNode(true);
  root.id = `map-${box.dataset.places}`;
  box.prepend(root);
  window.BodyMap.start(box);
  root.addEventListener("bodymap:select", (event) => {
    const tick = box.querySelector(`[data-place-tick][value="${event.detail.place}"]`);
    tick.checked = !tick.checked;
    show(box);
    openFollowUps();
    changed();
  });
  root.addEventListener("bodymap:pain", () => show(box));
  show(box);
}

function show(box) {
  const ticked = all(box, "[data-place-tick]:checked");
  const root = box.querySelector("[data-bodymap]");
  const words = box.querySelector("[data-picked]");
  words.textContent = ticked.map((tick) => tick.dataset.placeTick).join(" · ") || (root ? words.dataset.wordNone : "");
  const map = root && window.BodyMap.of(root);
  if (!map) return;
  map.select(null);
  for (const place of new Set(all(root, ".bm-region").map((region) => region.dataset.place))) {
    const isChosen = ticked.some((tick) => tick.value === place);
    map.setPain(place, isChosen ? "✓" : null);
    for (const region of all(root, `.bm-region[data-place="${place}"]`)) {
      region.setAttribute("aria-pressed", String(isChosen));
      region.setAttribute("aria-label", isChosen ? words.dataset.wordChosen.replace("{place}", region.dataset.name) : region.dataset.name);
    }
  }
}

// -- medicines --------------------------------------------------------------------------------------------------------

function addRow(button) {
  const rows = button.closest("fieldset").querySelector("[data-rows]");
  const row = rows.querySelector("[data-row]").cloneNode(true);
  for (const field of all(row, "input")) field.value = "";
  rows.append(row);
  row.querySelector("input").focus();
}

// -- photos: choosing one hands it in, so the browser's own field with its own words is not needed --------------------

for (const field of all(form, "[data-photo]")) {
  const button = field.parentElement.querySelector('button[value="photo"]');
  button.hidden = true;
  for (const one of [field, field.parentElement.querySelector("[data-photo-words]")]) one.classList.add("hidden");
  field.parentElement.querySelector("[data-photo-button]").hidden = false;
  field.addEventListener("change", () => { if (field.files.length) form.requestSubmit(button); });
}

// -- start ------------------------------------------------------------------------------------------------------------

const flag = document.createElement("input");
Object.assign(flag, { type: "hidden", name: "js", value: "1" });
form.append(flag);

const boxes = all(form, "[data-places]");
boxes.forEach(fillIn);
form.addEventListener("change", (event) => {
  keepApart(event.target);
  openFollowUps();
  const box = event.target.closest("[data-places]");
  if (box) show(box);
});
form.addEventListener("input", (event) => { if (event.target.type === "text") openFollowUps(); });
form.addEventListener("bodymap:pain", (event) => {
  if (event.target.closest("[data-places]")) return;
  openFollowUps();
  changed();
});
form.addEventListener("bodymap:select", (event) => {
  const sheet = document.querySelector(`[data-pain-sheet="${event.target.id}"]`);
  if (sheet) requestAnimationFrame(() => sheet.scrollIntoView({ block: "nearest" }));
});
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-row]");
  if (!button) return;
  event.preventDefault();
  addRow(button);
});
form.addEventListener("autosave:restored", () => { openFollowUps(); boxes.forEach(show); });
openFollowUps();
boxes.forEach(show);
startAutosave();
// Typed before this script was there, or put back by the browser: that is to be saved as well.
const isTouched = (field) => (field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked
  : field.matches("input:not([type=hidden]), textarea") && field.value !== field.defaultValue);
if (Array.from(form.elements).some(isTouched)) changed();
