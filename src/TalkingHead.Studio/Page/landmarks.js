// Draws landmarks: over the driver's picture, and as the networks see them.

const groups = [
  [0, 16, false, '#fff'], [17, 21, false, '#f00'], [22, 26, false, '#0f0'], [27, 30, false, '#00f'], [31, 35, false, '#00f'],
  [36, 41, true, '#f0f'], [42, 47, true, '#0ff'], [48, 59, true, '#ff0'], [60, 67, true, '#ff0'],
];

/** The camera's frame that was answered, with the points found in it; x and y are shares of its sides. */
export function drawDriver(canvas, frame, points) {
  if (canvas.width !== frame.width || canvas.height !== frame.height) [canvas.width, canvas.height] = [frame.width, frame.height];
  const pen = canvas.getContext('2d');
  pen.drawImage(frame, 0, 0);
  pen.fillStyle = '#5cf';
  for (let i = 0; i < points.length; i += 2) pen.fillRect(points[i] * canvas.width - 1.25, points[i + 1] * canvas.height - 1.25, 2.5, 2.5);
}

/** The landmarks that the head is drawn from. */
export function drawLandmarks(canvas, points, { innerLips, pupils }) {
  const pen = canvas.getContext('2d'), side = canvas.width;
  pen.fillStyle = '#000';
  pen.fillRect(0, 0, side, side);
  if (points.length === 0) return;
  [pen.lineWidth, pen.lineJoin, pen.lineCap] = [side / 96, 'round', 'round'];
  for (const [first, last, closes, colour] of groups) {
    if (first === 60 && !innerLips) continue;
    pen.strokeStyle = colour;
    pen.beginPath();
    for (let i = first; i <= last; i++) pen.lineTo(points[2 * i] * side, points[2 * i + 1] * side);
    if (closes) pen.closePath();
    pen.stroke();
  }
  if (!pupils) return;
  pen.fillStyle = '#fff';
  for (let i = 136; i < points.length; i += 2) {
    pen.beginPath();
    pen.arc(points[i] * side, points[i + 1] * side, side / 64, 0, 2 * Math.PI);
    pen.fill();
  }
}
