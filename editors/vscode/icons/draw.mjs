// Draws icons/crush.png: four slots of an arena, two of them borrowed. Run: node icons/draw.mjs
import { deflateSync, crc32 as zlibCrc } from "node:zlib";
import { writeFileSync } from "node:fs";

const SIZE = 256;
const SAMPLES = 4;
const ground = { x: 0, y: 0, w: 256, h: 256, r: 48, color: [31, 36, 48] };
const slots = [
  { x: 44, y: 44, w: 76, h: 76, r: 18, color: [240, 138, 108] },
  { x: 136, y: 44, w: 76, h: 76, r: 18, color: [104, 118, 148] },
  { x: 44, y: 136, w: 76, h: 76, r: 18, color: [104, 118, 148] },
  { x: 136, y: 136, w: 76, h: 76, r: 18, color: [176, 132, 235] },
];
const edges = [
  { x: 116, y: 76, w: 24, h: 12, r: 0, color: [240, 138, 108] },
  { x: 168, y: 116, w: 12, h: 24, r: 0, color: [176, 132, 235] },
];
const shapes = [ground, ...slots, ...edges];

function inside({ x, y, w, h, r }, px, py) {
  const dx = Math.max(x + r - px, px - (x + w - r), 0);
  const dy = Math.max(y + r - py, py - (y + h - r), 0);
  return px >= x && px <= x + w && py >= y && py <= y + h && dx * dx + dy * dy <= r * r + (r === 0 ? 1e-9 : 0);
}

function pixel(px, py) {
  const sum = [0, 0, 0, 0];
  for (let i = 0; i < SAMPLES * SAMPLES; i++) {
    const sx = px + ((i % SAMPLES) + 0.5) / SAMPLES;
    const sy = py + (Math.floor(i / SAMPLES) + 0.5) / SAMPLES;
    const top = shapes.findLast((shape) => inside(shape, sx, sy));
    if (top) {
      top.color.forEach((value, channel) => (sum[channel] += value));
      sum[3] += 1;
    }
  }
  const covered = sum[3];
  return covered === 0
    ? [0, 0, 0, 0]
    : [...sum.slice(0, 3).map((value) => Math.round(value / covered)), Math.round((255 * covered) / SAMPLES ** 2)];
}

function crc32(bytes) {
  if (zlibCrc) {
    return zlibCrc(bytes);
  }
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
  }
  return ~crc >>> 0;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}

const rows = [];
for (let y = 0; y < SIZE; y++) {
  rows.push(Buffer.from([0]));
  for (let x = 0; x < SIZE; x++) {
    rows.push(Buffer.from(pixel(x, y)));
  }
}
const header = Buffer.alloc(13);
header.writeUInt32BE(SIZE, 0);
header.writeUInt32BE(SIZE, 4);
header.set([8, 6, 0, 0, 0], 8);
writeFileSync(
  new URL("crush.png", import.meta.url),
  Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]),
);
