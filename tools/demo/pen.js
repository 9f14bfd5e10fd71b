// The canvas on which a digit is drawn; transparent where there is no ink.
const canvas = element.querySelector("canvas");
const pen = canvas.getContext("2d");
pen.lineWidth = 28;
pen.lineCap = pen.lineJoin = "round";
canvas.onpointerdown = (event) => {
  canvas.setPointerCapture(event.pointerId);
  pen.beginPath();
  canvas.onpointermove(event);
};
canvas.onpointermove = (event) => {
  if (!event.buttons) return;
  pen.lineTo(event.offsetX, event.offsetY);
  pen.stroke();
};
canvas.onpointerup = () => trigger("change");
element.querySelector("button").onclick = () => {
  pen.clearRect(0, 0, 300, 300);
  trigger("change");
};
