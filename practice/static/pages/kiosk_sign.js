// The signature: drawn with finger, pen or mouse on a sheet of 3000 × 1000, whatever the size on the screen, so that
// it survives turning the device. The strokes are posted as text; the typed name is the other way.

const WIDTH = 3000;
const HEIGHT = 1000;
const MOST_POINTS = 8000;
const box = document.querySelector("[data-sign]");

if (box) {
  const canvas = box.querySelector("canvas");
  const field = document.querySelector('[name="strokes"]');
  const pen = canvas.getContext("2d");
  let strokes = read();
  let stroke = null;

  function read() {
    try { return JSON.parse(field.value || "[]"); } catch { return []; }
  }

  function draw() {
    const { width } = canvas.getBoundingClientRect();
    const scale = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round((width * scale) / 3);
    pen.strokeStyle = getComputedStyle(canvas).color;
    pen.lineWidth = 2.5 * scale;
    pen.lineCap = pen.lineJoin = "round";
    for (const one of strokes) {
      pen.beginPath();
      one.forEach(([x, y], place) => {
        const at = [(x / WIDTH) * canvas.width, (y / HEIGHT) * canvas.height];
        if (place) pen.lineTo(...at); else pen.moveTo(...at);
      });
      pen.stroke();
    }
  }

  function pointOf(event) {
    const sheet = canvas.getBoundingClientRect();
    const within = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
    return [within(((event.clientX - sheet.left) / sheet.width) * WIDTH, WIDTH),
      within(((event.clientY - sheet.top) / sheet.height) * HEIGHT, HEIGHT)];
  }

  function keep() {
    field.value = strokes.length ? JSON.stringify(strokes) : "";
    draw();
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    stroke = [pointOf(event)];
    strokes.push(stroke);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke || strokes.reduce((sum, one) => sum + one.length, 0) >= MOST_POINTS) return;
    stroke.push(pointOf(event));
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { if (stroke) { stroke = null; keep(); } });
  box.querySelector("[data-clear]").addEventListener("click", () => { strokes = []; keep(); });
  box.hidden = false;
  new ResizeObserver(draw).observe(canvas);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
}
