// Registering: possible duplicates are asked for as soon as a field that tells people apart is left.

const TELLING = new Set(["first_name", "last_name", "preferred_name", "born_on", "phone", "email"]);

const form = document.querySelector("form[data-doubles]");
const panel = document.querySelector("[data-doubles-panel]");
let asked = 0;

async function ask() {
  const mine = ++asked;
  try {
    const answer = await fetch(form.dataset.doubles, { method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || mine !== asked) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    panel.replaceChildren(...found.body.childNodes);
  } catch {
    // No network: saving asks again.
  }
}

form?.addEventListener("change", (event) => {
  if (TELLING.has(event.target.name) && form.elements.last_name.value.trim()) ask();
});
