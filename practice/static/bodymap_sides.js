// The two side figures of the body map: shapes, and how they join the front and back figures the page came with.
// One side is listed, the person's left, looking to the left; the right is its mirror image. Same view box, heights and
// regions as the other figures; what cannot be seen from the side is not drawn. Limits, marks and names are copied from
// the figures that are there, so that a place is the same one wherever it is seen.
(() => {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const VIEW_BOX = "10 0 180 438";
  const MIRROR = "matrix(-1 0 0 1 200 0)";
  const DETAILS = [
    "M62,199C56,203 52,209 53,215C57,214 61,210 63,206",
    "M100,40C104,35 110,38 108,44C107,48 104,51 102,48",
  ];
  // Where a point inside a region stands; the others are not seen from the side.
  const POINTS = { eyes: [79, 36], throat: [89, 73], popliteal: [112, 316], kidney_area: [118, 163] };
  // Narrow ones, widened for the finger.
  const NARROW = [
    "face", "jaw", "neck_anterior", "neck_posterior", "chest", "breast", "abdomen", "upper_back", "mid_back", "lower_back",
    "pelvis", "gluteal", "hand", "thigh_anterior", "thigh_posterior",
  ];
  // Every part is drawn with its outline before the next: the arm lies over the trunk.
  // A region: its key, where its number stands, its outline.
  const PARTS = [
    {
      key: "trunk",
      outline: "M100,10 C115,10 127,20 127,36 C127,47 123,54 119,60 C117,66 117,71 121,77 C129,84 134,94 134,110 " +
        "C134,126 129,142 125,158 C123,168 123,178 128,188 C134,198 135,214 132,226 C130,236 125,242 123,250 " +
        "C121,268 118,290 114,306 C112,314 113,322 116,332 C120,346 119,362 113,378 C109,390 107,398 108,406 " +
        "C109,412 113,417 112,424 C111,429 106,430 100,430 L64,430 C55,430 52,424 58,420 C68,416 80,410 86,402 " +
        "C89,394 88,386 86,374 C83,356 81,342 82,330 C83,322 79,316 79,308 C79,298 77,286 75,272 " +
        "C71,254 70,238 73,222 C75,212 74,204 73,196 C70,184 71,174 74,162 C76,150 74,142 71,132 " +
        "C67,120 71,106 79,96 C84,90 88,84 88,78 C89,74 89,70 87,67 C83,67 79,66 78,62 C77,58 77,56 76,53 " +
        "C76,51 72,50 72,48 C72,46 76,41 76,35 C75,20 85,10 100,10 Z",
      regions: [
        ["chest", 84, 97, "M55,92 L84,88 L92,78 L103,84 L103,142 C92,146 80,143 55,138 Z"],
        ["breast", 79, 122, "M55,107 L72,106 C84,107 90,114 90,123 C90,132 82,138 72,138 L55,136 Z"],
        ["abdomen", 84, 157, "M55,138 C80,143 92,146 103,142 L103,187 C97,191 90,195 84,198 L55,201 Z"],
        ["upper_back", 125, 108, "M103,84 L121,76 L148,76 L148,128 C130,131 116,131 103,129 Z"],
        ["mid_back", 121, 146, "M103,129 C116,131 130,131 148,128 L148,161 C128,165 114,164 103,163 Z"],
        ["lower_back", 114, 180, "M103,163 C114,164 128,165 148,161 L148,191 C130,195 118,193 110,191 L103,187 Z"],
        ["thigh_anterior", 86, 264, "M66,233 L80,231 C87,236 94,240 101,240 C101,258 100,276 98,295 C86,297 78,297 67,295 Z"],
        ["thigh_posterior", 110, 264, "M101,240 L110,240 C118,245 126,246 134,243 L132,293 C122,296 110,296 98,295 C100,276 101,258 101,240 Z"],
        ["pelvis", 80, 212, "M64,201 L84,198 C90,208 89,220 80,231 L64,233 Z"],
        ["hip", 100, 215, "M84,198 C90,195 97,191 103,187 L110,191 C114,206 114,224 110,240 C97,241 87,236 80,231 C89,220 90,208 84,198 Z"],
        ["gluteal", 123, 215, "M110,191 C118,193 130,195 148,191 L148,242 C130,247 118,245 110,240 C114,224 114,206 110,191 Z"],
        ["knee", 97, 312, "M74,295 C84,297 108,297 120,294 L120,330 C108,331 90,331 74,329 Z"],
        ["calf", 100, 358, "M74,329 C90,331 108,331 124,330 L122,399 C112,401 90,401 78,398 Z"],
        ["foot", 92, 416, "M48,398 L78,398 C90,401 112,401 122,399 L118,436 L48,436 Z"],
        ["neck_posterior", 111, 70, "M100,54 C110,57 122,58 136,56 L136,76 L121,76 L103,85 C102,74 102,64 100,54 Z"],
        ["neck_anterior", 95, 78, "M78,68 L88,68 C94,65 98,60 100,54 C102,64 102,74 103,85 L92,80 L84,90 L78,86 Z"],
        ["head", 107, 24, "M64,4 L136,4 L136,56 C122,58 110,57 100,54 C99,44 98,36 94,28 L64,28 Z"],
        ["face", 85, 38, "M64,28 L94,28 C97,36 98,42 99,49 C90,51 80,51 64,50 Z"],
        ["jaw", 86, 58, "M64,50 C80,51 90,51 99,49 L100,54 C98,60 94,65 88,68 L64,70 Z"],
      ],
    },
    {
      key: "arm",
      outline: "M104,84 C113,84 118,92 118,104 C118,122 117,138 116,152 C116,161 112,168 105,173 " +
        "C94,181 82,193 73,203 C72,210 66,218 59,225 C53,231 45,238 41,236 C37,233 40,226 45,218 " +
        "C50,210 57,199 66,191 C75,180 86,169 94,158 C92,144 90,126 90,106 " +
        "C90,93 95,84 104,84 Z",
      regions: [
        ["shoulder", 104, 100, "M86,80 L122,80 L122,114 C112,119 100,119 86,114 Z"],
        ["upper_arm", 104, 138, "M86,114 C100,119 112,119 122,114 L122,164 L94,158 L86,150 Z"],
        ["forearm_wrist", 89, 178, "M122,150 L122,180 L76,208 L60,186 L90,154 L94,158 C102,163 110,164 116,158 Z"],
        ["hand", 55, 216, "M58,186 L64,191 C66,196 70,200 77,203 L77,212 L50,244 L28,238 Z"],
      ],
    },
  ];

  const all = (root, selector) => Array.from(root.querySelectorAll(selector));

  function add(parent, name, attributes) {
    const element = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    parent.append(element);
    return element;
  }

  // The parts clip what is drawn in them, as the silhouette does on the other figures; once per page.
  function addClips() {
    const defs = document.querySelector(".bm-defs defs");
    PARTS.filter((part) => !document.getElementById(`bm-${part.key}`)).forEach((part) => {
      add(add(defs, "clipPath", { id: `bm-${part.key}` }), "path", { d: part.outline });
    });
  }

  function drawRegion(layer, root, part, place, [name, x, y, d], turned) {
    const there = root.querySelector(`.bm-region[data-place="${place}"]`);
    const region = there.cloneNode(false);
    if (region.hasAttribute("tabindex")) region.setAttribute("tabindex", "-1");
    Object.assign(region.dataset, { x: turned.x(x), y });
    layer.append(region);
    const fill = there.querySelector(".bm-area").getAttribute("fill");
    add(region, "path", { class: "bm-area", d, "clip-path": `url(#bm-${part.key})`, fill, ...turned.way });
    if (NARROW.includes(name) && region.hasAttribute("role")) add(region, "path", { class: "bm-reach", d, ...turned.way });
  }

  function drawBadge(layer, root, place, [, x, y], turned) {
    const there = root.querySelector(`[data-badge="${place}"]`);
    if (!there) return;
    const badge = there.cloneNode(true);
    badge.setAttribute("transform", `translate(${turned.x(x)} ${y})`);
    layer.append(badge);
  }

  function drawPoints(layer, root, side, turned) {
    const keys = new Set(all(root, ".bm-points [data-point]").map((one) => one.dataset.point));
    keys.forEach((key) => {
      const [name, its] = key.split(":");
      if (!POINTS[name] || (its !== side && its !== "middle")) return;
      const [x, y] = POINTS[name];
      add(layer, "path", { transform: `translate(${turned.x(x)} ${y})`, d: "M0,-5L5,0L0,5L-5,0Z" });
    });
  }

  function drawSide(root, side, title) {
    const front = root.querySelector(".bm-figure");
    const turned = side === "left" ? { x: (x) => x, way: {} } : { x: (x) => 200 - x, way: { transform: MIRROR } };
    const svg = front.cloneNode(false);
    svg.setAttribute("viewBox", VIEW_BOX);
    svg.dataset.figure = side;
    if (svg.hasAttribute("role")) svg.setAttribute("aria-label", title);
    const placed = PARTS.flatMap((part) => part.regions.map((row) => [part, row])).map(([part, row]) => {
      const middle = `${row[0]}:middle`;
      return [part, row, root.querySelector(`[data-place="${middle}"]`) ? middle : `${row[0]}:${side}`];
    });
    PARTS.forEach((part) => {
      placed.filter(([its]) => its === part).forEach(([, row, place]) => drawRegion(svg, root, part, place, row, turned));
      add(svg, "path", { class: "bm-outline", d: part.outline, ...turned.way });
    });
    const details = add(svg, "g", { class: "bm-details" });
    DETAILS.forEach((d) => add(details, "path", { d, ...turned.way }));
    ["selection selected", "hover hover", "focus focus"].map((names) => names.split(" ")).forEach(([name, layer]) => {
      add(svg, "g", { class: `bm-${name}`, "data-layer": layer });
    });
    drawPoints(add(svg, "g", { class: "bm-points" }), root, side, turned);
    const badges = add(svg, "g", { class: "bm-badges" });
    placed.forEach(([, row, place]) => drawBadge(badges, root, place, row, turned));
    const caption = Object.assign(document.createElement("div"), { className: "bm-caption", textContent: title });
    caption.setAttribute("aria-hidden", "true");
    const one = Object.assign(document.createElement("div"), { className: "bm-one" });
    Object.assign(one.dataset, { side, turned: "" });
    one.append(svg, caption);
    return one;
  }

  // Adds the sides a map's switch offers. `BodyMap` calls it before it wakes the regions.
  window.BodySides = (root) => {
    addClips();
    const drawn = ["left", "right"].map((side) => {
      return drawSide(root, side, root.querySelector(`[data-show="${side}"] [data-title]`).textContent);
    });
    root.querySelector(".bm-figures").append(...drawn);
  };
})();
