// Looks for QR codes through the device's camera: with the browser's own reader where it has one
// and it finds something, else with ours. The camera is let go of as soon as nobody looks.

import { readQr } from "./read.js";

const ASKED = {
  audio: false,
  video: {
    facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 },
  },
};
const CODES = {
  NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "none",
  OverconstrainedError: "none",
};
const WIDEST = 640; // pixels of the longer side of what we read
const PAUSE_MS = 30; // between two pictures, for the rest of the page
const WAIT_MS = 1000; // for the next picture, of a camera that gives none
const AGAIN_MS = 1500; // out of sight for so long, the same text is told again
const OURS = 3; // every third picture is read by us also where the browser reads

/** Why there is no picture; `code` is insecure, none, refused or busy. */
export class CameraFailure extends Error {
  constructor(code, cause) {
    super(code, { cause });
    this.code = code;
  }
}

/** Show the rear camera in `video`, and tell `onText` each text that comes into sight.
 *
 * Gives `{ torch, ended }` once there is a picture: `torch(on)` switches the lamp, null where there
 * is none; `ended` resolves to "stopped" (`signal` was aborted), "hidden" (the page is not looked
 * at any more) or "lost" (the camera was taken away). Throws a CameraFailure when there is no
 * picture, and what `signal` was aborted with.
 */
export async function scan(video, { onText, signal }) {
  const stream = await opened(signal);
  const tracks = stream.getTracks();
  const [track] = tracks;
  const over = new AbortController();
  const ended = new Promise((resolve) => {
    over.signal.addEventListener("abort", () => {
      for (const one of tracks) one.stop();
      if (video.srcObject === stream) video.srcObject = null;
      resolve(over.signal.reason);
    });
  });
  const until = { signal: over.signal };
  signal?.addEventListener("abort", () => over.abort("stopped"), until);
  track.addEventListener("ended", () => over.abort("lost"), until);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) over.abort("hidden");
  }, until);
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  try {
    await video.play();
  } catch (cause) {
    over.abort("lost");
    signal?.throwIfAborted();
    throw new CameraFailure("busy", cause);
  }
  look(video, onText, over.signal, await browsersReader());
  return { torch: torchOf(track), ended };
}

async function opened(signal) {
  signal?.throwIfAborted();
  if (!globalThis.isSecureContext || !navigator.mediaDevices) throw new CameraFailure("insecure");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia(ASKED);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new CameraFailure(CODES[cause.name] ?? "busy", cause);
  }
  if (signal?.aborted) for (const track of stream.getTracks()) track.stop();
  signal?.throwIfAborted();
  return stream;
}

function torchOf(track) {
  if (!track.getCapabilities?.().torch) return null;
  return (on) => track.applyConstraints({ advanced: [{ torch: on }] });
}

/** The browser's own reader, or null: it exists on some systems only. */
async function browsersReader() {
  try {
    const formats = await globalThis.BarcodeDetector.getSupportedFormats();
    return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
  } catch {
    return null;
  }
}

/** Read picture after picture until `over`. */
async function look(video, onText, over, detector) {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  let theirs = detector;
  let last = { text: null, at: 0 };
  for (let turn = 0; ; turn += 1) {
    await nextPicture(video);
    if (over.aborted) return;
    let text = null;
    try {
      text = theirs && ((await theirs.detect(video))[0]?.rawValue || null);
    } catch {
      theirs = null; // it exists and does not work
    }
    if (over.aborted) return;
    if (!text && (!theirs || turn % OURS === 0)) text = ours(video, canvas, pen, turn % 2 === 1);
    if (!text) continue;
    const now = performance.now();
    const known = text === last.text && now - last.at < AGAIN_MS;
    last = { text, at: now };
    if (!known) onText(text);
  }
}

/** Wait for a picture that was not read yet, and let the page breathe. */
function nextPicture(video) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, WAIT_MS);
    const soon = () => setTimeout(() => {
      clearTimeout(timer);
      resolve();
    }, PAUSE_MS);
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(soon);
    else soon();
  });
}

/** Read the whole picture made smaller, or its middle as it is: near codes, and far ones. */
function ours(video, canvas, pen, middle) {
  const { videoWidth: width, videoHeight: height } = video;
  if (!width || !height) return null;
  const part = middle ? Math.min(1, WIDEST / Math.max(width, height)) : 1;
  const smaller = Math.min(1, WIDEST / (Math.max(width, height) * part));
  const [wide, high] = [width, height].map((side) => Math.round(side * part * smaller));
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
  const [left, top] = [(width * (1 - part)) / 2, (height * (1 - part)) / 2];
  pen.drawImage(video, left, top, width * part, height * part, 0, 0, wide, high);
  return readQr(pen.getImageData(0, 0, wide, high));
}
