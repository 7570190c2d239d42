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

/** A short sound and a shake, beside the word on the screen. */
export function cheer() {
  navigator.vibrate?.(120);
  try {
    const sound = new AudioContext();
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    volume.gain.value = 0.1;
    tone.frequency.value = 880;
    tone.connect(volume).connect(sound.destination);
    tone.start();
    tone.stop(sound.currentTime + 0.15);
    tone.onended = () => sound.close();
  } catch {
    // a browser that makes no sound says it with words all the same
  }
}
