// What is found on a page, and words that are written in all places that name them.

export const find = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Write these words wherever the screens name them. */
export function fill(name, text) {
  for (const one of all(`[data-${name}]`)) one.textContent = text;
}

/** What to do about a camera that shows nothing: `data-camera-<code>` of the page's words. */
export function cameraWords(code) {
  const words = find("[data-words]").dataset;
  return words[`camera${code[0].toUpperCase()}${code.slice(1)}`] ?? words.camera;
}

const SIGNALS = { // beside a word on the screen: what shakes (ms), what sounds (Hz, s)
  paid: { shake: [120], tones: [[880, 0.15]] },
  refused: { shake: [200, 100, 200], tones: [[220, 0.2], [165, 0.3]] },
  busy: { shake: [40], tones: [[440, 0.06]] },
};

/** A short sound and a shake of a screen of its own kind: paid, refused, or nobody knows yet.
 *  A page that nobody has touched yet may do neither: a browser would complain. */
export function signal(screen) {
  const { shake, tones } = SIGNALS[screen] ?? {};
  if (!tones || navigator.userActivation?.hasBeenActive === false) return;
  navigator.vibrate?.(shake);
  try {
    play(tones);
  } catch {
    // a browser that makes no sound says it with words all the same
  }
}

/** These tones, one after the other. */
function play(tones) {
  const sound = new AudioContext();
  const volume = sound.createGain();
  volume.gain.value = 0.1;
  volume.connect(sound.destination);
  let at = sound.currentTime;
  let last;
  for (const [pitch, lasts] of tones) {
    last = sound.createOscillator();
    last.frequency.value = pitch;
    last.connect(volume);
    last.start(at);
    at += lasts;
    last.stop(at);
  }
  last.onended = () => sound.close();
}
