// The body map: regions as buttons, arrows, levels by key, one side at a time on a phone, and the lists that belong to it.
// Texts come from the page (data-words); nothing here is styled inline.
(() => {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const CLOSE_UP = ["head", "face", "jaw", "neck_anterior", "neck_posterior"];
  const CLOSE_UP_BOX = "49 0 102 175.2"; // head and neck at 2.5 times the size
  const FIGURE_WIDTH = 200;
  const maps = new WeakMap();

  const all = (root, selector) => Array.from(root.querySelectorAll(selector));
  const fill = (pattern, place, level) => pattern.replace("{place}", place).replace("{level}", level);

  class BodyMap {
    constructor(root) {
      this.root = root;
      this.mode = root.dataset.bodymap;
      this.words = root.dataset.words ? JSON.parse(root.dataset.words) : {};
      if (root.querySelector("[data-switch]")) window.BodySides(root);
      this.regions = all(root, ".bm-region");
      this.isTold = this.mode === "read" && Boolean(this.words.parts);
      if (this.isTold) this.setUpTold();
      this.selects = all(document, `[data-bodymap-select="${root.id}"]`);
      this.list = document.querySelector(`[data-pain-list="${root.id}"]`);
      this.sheet = document.querySelector(`[data-pain-sheet="${root.id}"]`);
      this.setUpSwitch();
      this.regions.forEach((region) => this.setUpRegion(region));
      if (this.mode === "pick") this.setUpSelects();
      if (this.mode === "pain") this.setUpPain();
      const pressed = this.regions.find((region) => region.getAttribute("aria-pressed") === "true");
      if (pressed) {
        this.select(pressed.dataset.place);
        this.makeCurrent(pressed);
      }
    }

    // -- for the page ---------------------------------------------------------------------------------------------

    get selected() {
      return this.place || null;
    }

    // Shows a place as chosen ("calf:left", or null for none). Says nothing to the page.
    select(place) {
      this.place = place || null;
      this.regions.forEach((region) => {
        region.setAttribute("aria-pressed", String(region.dataset.place === place));
      });
      this.outline("selected", this.drawnAt(place), true);
      this.selects.forEach((select) => { select.value = place || ""; });
      if (place) this.bringToView(place);
      if (this.sheet) this.showSheet(place);
    }

    // `level`: 0–5, "none" or "unassessed".
    setLevel(place, level) {
      this.change(place, "level", String(level) === "5" || level === null ? "none" : String(level));
    }

    // `level`: 0–5, or null to take the mark away.
    setWorked(place, level) {
      this.change(place, "worked", level === null ? "" : String(level));
    }

    // `pain`: 0–10, or null to take the mark away. The list that is posted follows.
    setPain(place, pain) {
      const text = pain === null ? "" : String(pain);
      this.change(place, "pain", text);
      const choice = this.list && this.list.querySelector(`[data-pain-select="${place}"]`);
      if (choice) choice.value = text;
      if (this.sheet && place === this.place) this.showSheet(place);
    }

    // -- drawing --------------------------------------------------------------------------------------------------

    drawnAt(place) {
      return this.regions.filter((region) => region.dataset.place === place);
    }

    change(place, what, value) {
      this.drawnAt(place).forEach((region) => {
        region.dataset[what] = value;
        this.draw(region);
      });
      this.count();
    }

    draw(region) {
      const { place, level, worked, pain } = region.dataset;
      const marked = pain !== "";
      all(region, ".bm-area").forEach((area) => {
        area.setAttribute("fill", `url(#bm-${marked ? "pain" : level})`);
      });
      const badge = region.ownerSVGElement.querySelector(`[data-badge="${place}"]`);
      const [kind, text] = marked ? ["pain", pain]
        : worked !== "" ? ["worked", worked]
        : level === "none" ? ["empty", ""]
        : ["limit", level === "unassessed" ? "?" : level];
      badge.setAttribute("class", `bm-badge is-${kind}`);
      badge.querySelector("text").textContent = text;
      if (region.hasAttribute("role")) region.setAttribute("aria-label", this.nameOf(region));
    }

    nameOf(region) {
      const { name, level, worked, pain } = region.dataset;
      if (this.mode === "pain") return pain === "" ? name : fill(this.words.pain, name, pain);
      const pattern = { 0: "closed", none: "none", unassessed: "unassessed" }[level] || "limited";
      const limit = fill(this.words[pattern], name, level);
      return worked ? fill(this.words.worked, limit, worked) : limit;
    }

    // Copies the edges of the given regions into a layer that lies above the other regions.
    outline(layer, regions, clipped) {
      all(this.root, `[data-layer="${layer}"]`).forEach((group) => group.replaceChildren());
      regions.forEach((region) => {
        const group = region.ownerSVGElement.querySelector(`[data-layer="${layer}"]`);
        all(region, ".bm-area").forEach((area) => {
          const edge = document.createElementNS(SVG, "path");
          edge.setAttribute("d", area.getAttribute("d"));
          if (area.hasAttribute("transform")) edge.setAttribute("transform", area.getAttribute("transform"));
          if (clipped) edge.setAttribute("clip-path", area.getAttribute("clip-path"));
          group.append(edge);
        });
      });
    }

    count() {
      all(this.root, "[data-count]").forEach((span) => {
        const side = this.root.querySelector(`[data-side="${span.dataset.count}"]`);
        const marked = all(side, ".bm-badge:not(.is-empty)").length;
        span.textContent = marked ? `(${marked})` : "";
      });
    }

    // -- regions --------------------------------------------------------------------------------------------------

    // A picture whose regions tell their reasons: each becomes a button with its name. What a press shows is the page's.
    setUpTold() {
      const { parts, title } = this.words;
      const group = (element, name) => {
        ["aria-hidden", "focusable"].forEach((attribute) => element.removeAttribute(attribute));
        element.setAttribute("role", "group");
        element.setAttribute("aria-label", name);
      };
      group(this.root.querySelector(".bm-figures"), title);
      all(this.root, ".bm-one").forEach((one) => {
        group(one.querySelector(".bm-figure"), one.querySelector(".bm-caption").textContent);
      });
      this.regions.forEach((region, number) => {
        const [name, side] = region.dataset.place.split(":");
        region.dataset.name = (parts[side] || "{region}").replace("{region}", parts.regions[name]);
        region.setAttribute("role", "button");
        region.setAttribute("tabindex", number ? "-1" : "0");
        region.setAttribute("aria-haspopup", "dialog");
        region.setAttribute("aria-label", this.nameOf(region));
      });
    }

    setUpRegion(region) {
      region.addEventListener("click", (event) => this.tapped(region, event));
      if (this.mode === "read" && !this.isTold) return;
      region.addEventListener("pointerenter", (event) => {
        if (event.pointerType === "mouse") this.outline("hover", [region], true);
      });
      region.addEventListener("pointerleave", () => this.outline("hover", []));
      region.addEventListener("focus", () => {
        this.makeCurrent(region);
        if (region.matches(":focus-visible")) this.outline("focus", [region]);
      });
      region.addEventListener("blur", () => this.outline("focus", []));
      region.addEventListener("keydown", (event) => this.pressed(region, event));
    }

    tapped(region, event) {
      if (this.mode === "read") {
        this.pointAtRow(region.dataset.place);
        return;
      }
      const svg = region.ownerSVGElement;
      const isClose = svg.hasAttribute("data-zoomed");
      if (event.pointerType === "touch" && !isClose && CLOSE_UP.includes(region.dataset.place.split(":")[0])) {
        this.zoom(svg);
        return;
      }
      this.choose(region);
    }

    choose(region) {
      this.makeCurrent(region);
      this.select(region.dataset.place);
      this.tell("select", region.dataset.place, { name: region.dataset.label });
    }

    pressed(region, event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        if (this.isTold) region.dispatchEvent(new MouseEvent("click", { bubbles: true }));
        else this.choose(region);
      } else if (ARROWS[event.key]) {
        event.preventDefault();
        const next = this.nearest(region, ARROWS[event.key]);
        if (next) this.focusOn(next);
      } else if (event.key === "Home" || event.key === "End") {
        event.preventDefault();
        const seen = this.regions.filter((one) => this.isSeen(one));
        this.focusOn(event.key === "Home" ? seen[0] : seen[seen.length - 1]);
      } else if (this.mode === "pick" && /^[0-5]$/.test(event.key)) {
        this.choose(region);
        this.tell("level", region.dataset.place, { level: Number(event.key) });
      } else if (this.mode === "pain" && /^[0-9]$/.test(event.key)) {
        this.choose(region);
        this.mark(Number(event.key));
      } else if (event.key === "Escape") {
        this.wholeFigures();
      }
    }

    tell(what, place, more) {
      const [region, side] = place.split(":");
      this.root.dispatchEvent(new CustomEvent(`bodymap:${what}`, { bubbles: true, detail: { region, side, place, ...more } }));
    }

    // One stop for Tab in the whole map.
    makeCurrent(region) {
      this.regions.forEach((one) => one.setAttribute("tabindex", one === region ? "0" : "-1"));
    }

    focusOn(region) {
      this.makeCurrent(region);
      region.focus();
      this.outline("focus", [region]);
    }

    isSeen(region) {
      return region.ownerSVGElement.getClientRects().length > 0;
    }

    centre(region) {
      if (!region.dataset.x) this.measure(region);
      const figure = this.isSeen(region) ? all(this.root, ".bm-figure").indexOf(region.ownerSVGElement) : 0;
      return [Number(region.dataset.x) + figure * FIGURE_WIDTH, Number(region.dataset.y)];
    }

    // A picture came without the middle of its regions.
    measure(region) {
      const box = region.getBBox();
      Object.assign(region.dataset, { x: box.x + box.width / 2, y: box.y + box.height / 2 });
    }

    // The closest region in that direction: what lies straight ahead wins over what lies aside.
    nearest(region, [dx, dy]) {
      const [x, y] = this.centre(region);
      let best = null;
      let least = Infinity;
      this.regions.filter((one) => one !== region && this.isSeen(one)).forEach((one) => {
        const [toX, toY] = this.centre(one);
        const ahead = (toX - x) * dx + (toY - y) * dy;
        const aside = Math.abs((toX - x) * dy) + Math.abs((toY - y) * dx);
        if (ahead <= 0) return;
        const cost = ahead + 2 * aside;
        if (cost < least) [best, least] = [one, cost];
      });
      return best;
    }

    // -- one side at a time, close-up -----------------------------------------------------------------------------

    setUpSwitch() {
      const box = this.root.querySelector("[data-switch]");
      this.turns = [];
      if (box) {
        box.hidden = false;
        all(box, "[data-show]").forEach((button) => button.addEventListener("click", () => this.show(button.dataset.show)));
        this.turns = [...new Set([...all(this.root, "[data-turn]"), ...all(document, `[data-turn="${this.root.id}"]`)])];
        this.turns.forEach((turn) => {
          turn.hidden = false;
          all(turn, "[data-pair]").forEach((button) => {
            button.addEventListener("click", () => this.show(button.dataset.pair.split(" ")[0]));
          });
        });
        this.show(box.querySelector("[data-show]").dataset.show);
        this.count();
      }
      const whole = this.root.querySelector("[data-whole]");
      if (whole) whole.addEventListener("click", () => this.wholeFigures());
    }

    show(side) {
      this.root.dataset.shown = side;
      all(this.root, "[data-show]").forEach((button) => {
        button.setAttribute("aria-pressed", String(button.dataset.show === side));
      });
      this.turns.flatMap((turn) => all(turn, "[data-pair]")).forEach((button) => {
        button.setAttribute("aria-pressed", String(button.dataset.pair.split(" ").includes(side)));
      });
      // The one stop for Tab must be on the side that is shown.
      const stop = this.regions.find((region) => region.getAttribute("tabindex") === "0");
      if (stop && !this.isSeen(stop)) this.makeCurrent(this.regions.find((region) => this.isSeen(region)) || stop);
    }

    bringToView(place) {
      const drawn = this.drawnAt(place);
      if (drawn.length && !drawn.some((region) => this.isSeen(region))) {
        this.show(drawn[0].closest("[data-side]").dataset.side);
      }
    }

    zoom(svg) {
      svg.dataset.wholeBox = svg.getAttribute("viewBox");
      svg.setAttribute("viewBox", CLOSE_UP_BOX);
      svg.setAttribute("data-zoomed", "");
      this.root.querySelector("[data-whole]").hidden = false;
    }

    wholeFigures() {
      all(this.root, ".bm-figure[data-zoomed]").forEach((svg) => {
        svg.setAttribute("viewBox", svg.dataset.wholeBox);
        svg.removeAttribute("data-zoomed");
      });
      const whole = this.root.querySelector("[data-whole]");
      if (whole) whole.hidden = true;
    }

    // -- lists ----------------------------------------------------------------------------------------------------

    setUpSelects() {
      this.selects.forEach((select) => {
        select.addEventListener("change", () => {
          this.select(select.value);
          const region = this.drawnAt(select.value)[0];
          if (region) this.tell("select", select.value, { name: region.dataset.label });
        });
        if (select.value) this.select(select.value);
      });
    }

    // A tap on a read-only picture points at the row that gives the reason.
    pointAtRow(place) {
      const card = this.root.closest("section, article, main") || document;
      all(card, ".bm-limit").forEach((row) => {
        const isHere = row.dataset.places.split(" ").includes(place);
        row.classList.toggle("is-current", isHere);
        if (!isHere) return;
        const fold = row.closest("details");
        if (fold) fold.open = true;
        row.scrollIntoView({ block: "nearest" });
      });
    }

    // -- pain -----------------------------------------------------------------------------------------------------

    setUpPain() {
      if (this.list) {
        all(this.list, "[data-pain-select]").forEach((choice) => {
          const take = () => this.setPain(choice.dataset.painSelect, choice.value === "" ? null : Number(choice.value));
          choice.addEventListener("change", () => {
            take();
            this.tell("pain", choice.dataset.painSelect, { pain: choice.value === "" ? null : Number(choice.value) });
          });
          if (choice.value !== "") take(); // a browser that goes back keeps what was chosen
        });
      }
      if (!this.sheet) return;
      all(this.sheet, "[data-pain]").forEach((key) => {
        key.addEventListener("click", () => this.mark(Number(key.dataset.pain)));
      });
      this.sheet.querySelector("[data-remove]").addEventListener("click", () => {
        const place = this.place;
        this.mark(null);
        this.select(null);
        const region = this.drawnAt(place).find((one) => this.isSeen(one));
        if (region) this.focusOn(region);
      });
    }

    mark(pain) {
      this.setPain(this.place, pain);
      this.tell("pain", this.place, { pain });
    }

    showSheet(place) {
      this.sheet.hidden = !place;
      if (!place) return;
      const region = this.drawnAt(place)[0];
      this.sheet.querySelector("[data-sheet-place]").textContent = region.dataset.label;
      all(this.sheet, "[data-pain]").forEach((key) => {
        key.setAttribute("aria-pressed", String(key.dataset.pain === region.dataset.pain));
      });
    }
  }

  const start = (root = document) => {
    all(root, "[data-bodymap]").forEach((element) => {
      if (!maps.has(element)) maps.set(element, new BodyMap(element));
    });
  };

  // `of(element)` gives the map drawn in that element; `start(root)` wakes maps added to the page later.
  window.BodyMap = { of: (element) => maps.get(element), start };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => start());
  else start();

  // What is folded on the screen is printed all the same.
  window.addEventListener("beforeprint", () => all(document, ".bm-more").forEach((fold) => { fold.open = true; }));
})();
