// Sub-forms inside a form ([data-inline]): "Add" copies the template and numbers its fields, "Delete" takes an unsaved one out again.

function add(list) {
  const used = [...list.querySelectorAll(":scope > [data-inline-field]")].map((item) => Number(item.id.split("-").pop()) + 1 || 0);
  const prefix = `${list.dataset.inline}-${Math.max(0, ...used)}`;
  const copy = list.querySelector(":scope > template").content.firstElementChild.cloneNode(true);
  copy.id = prefix;
  for (const control of copy.querySelectorAll("[name]")) {
    control.name = control.name ? `${prefix}-${control.name}` : prefix;
    control.id = control.id ? `${prefix}-${control.id}` : prefix;
  }
  for (const label of copy.querySelectorAll("label[for]")) label.htmlFor = `${prefix}-${label.htmlFor}`;
  list.querySelector(":scope > [data-inline-add]").before(copy);
  copy.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

export function startInline() {
  document.addEventListener("click", (event) => {
    if (event.target.matches("[data-inline-add]")) add(event.target.closest("[data-inline]"));
    if (event.target.matches("[data-inline-remove]")) event.target.closest("[data-inline-field]").remove();
  });
}
