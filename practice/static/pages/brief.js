// The brief: a tap or Enter on a region, or a row of the list, opens its reason in a dialog; a region without a limit says
// so. Without a script the row leads to the same words below.
import { openDialog } from "../dialogs.js";

const dialog = document.getElementById("why-dialog");

function tell(title, words, opener) {
  dialog.querySelector("#why-title").textContent = title;
  dialog.querySelector("[data-why]").replaceChildren(words);
  openDialog(dialog, opener);
}

function show(id, opener) {
  const source = document.getElementById(id);
  if (!source || !dialog) return false;
  tell(source.querySelector("summary").textContent, source.querySelector(".why-body").cloneNode(true), opener);
  return true;
}

// No reason stands for it: what is said of such places.
function showPlain(region) {
  const words = document.getElementById(region.dataset.level === "unassessed" ? "why-unassessed" : "why-unlimited");
  tell(region.getAttribute("aria-label"), words.content.cloneNode(true), region);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest(".bm-limit a[href^='#why-']");
  if (link && show(link.hash.slice(1), link)) event.preventDefault();
  const region = event.target.closest(".brief-where .bm-region");
  if (!region) return;
  const rows = [...document.querySelectorAll(".brief-where .bm-limit")];
  const row = rows.find((one) => one.dataset.places.split(" ").includes(region.dataset.place));
  const reason = row?.querySelector("a[href^='#why-']");
  if (!reason || !show(reason.hash.slice(1), region)) showPlain(region);
});

// A link to something folded opens it.
function unfold() {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
}
addEventListener("hashchange", unfold);
unfold();

// Upright on a tablet the first screen holds the whole brief, however wide the type of the device: the figures give way.
const LEAST = 250;
function fit() {
  const card = document.querySelector(".brief-where");
  card.classList.remove("is-tight");
  if (!matchMedia("(min-width: 640px) and (min-height: 1000px)").matches) return;
  const over = document.querySelector(".brief-grid").getBoundingClientRect().bottom + scrollY - innerHeight;
  const height = card.querySelector(".bm-figure").getBoundingClientRect().height;
  if (over <= 0 || height - over < LEAST) return;
  card.style.setProperty("--figure", `${Math.floor(height - over)}px`);
  card.classList.add("is-tight");
}
addEventListener("resize", fit);
fit();
