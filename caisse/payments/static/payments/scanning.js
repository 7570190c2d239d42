// The camera: fetched when somebody wants to scan, let go of when the screen is left.

let stop = null;

/** No picture is taken any more. */
export function stopCamera() {
  stop?.abort();
  stop = null;
}

/** Hand each text that comes into sight to `onText`; `onFailed` gets the name of what is wrong. */
export async function startCamera(video, onText, onFailed) {
  stopCamera();
  const own = (stop = new AbortController());
  const again = () => stop === own && startCamera(video, onText, onFailed);
  const told = (code) => stop === own && onFailed(code);
  try {
    const { scan } = await import("./qr/camera.js");
    const { ended } = await scan(video, { onText, signal: own.signal });
    ended.then((code) => (code === "hidden" ? whenSeen(again) : told(code)));
  } catch (failure) {
    told(failure.code ?? "lost");
  }
}

/** Once somebody looks at the page again. */
const whenSeen = (act) =>
  document.addEventListener("visibilitychange", act, { once: true });
