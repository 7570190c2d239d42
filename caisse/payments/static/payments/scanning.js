// The camera: fetched when somebody wants to scan, stopped when the screen is left.

let stop = null;

/** No picture is taken any more. */
export function stopCamera() {
  stop?.abort();
  stop = null;
}

/** Hand each text that is read to `onText`; `onFailed` gets the name of what is in the way. */
export async function startCamera(video, onText, onFailed) {
  stopCamera();
  const own = (stop = new AbortController());
  const { scan } = await import("./qr/camera.js");
  const failed = own.signal.aborted ? null : await scan(video, { onText, signal: own.signal });
  if (failed && stop === own) onFailed(failed);
}
