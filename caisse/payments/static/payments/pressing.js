// One press, one act, on a till as on a telephone.

/**
 * What does one act at a time; `screenNow` names the screen that stands. A second press on the same
 * screen is none. One on the screen to which the first has led already is done when the first has
 * ended, if that screen still stands.
 */
export function oneAtATime(screenNow) {
  let begun = null; // the screen on which the act under way began
  let waiting = null;
  return async function once(act) {
    if (begun !== null) {
      if (screenNow() !== begun) waiting = { act, screen: screenNow() };
      return;
    }
    begun = screenNow();
    try {
      await act();
    } finally {
      const next = waiting;
      begun = waiting = null;
      if (next?.screen === screenNow()) await once(next.act);
    }
  };
}
