// « Les plus proches de moi »: the device says where it is, and this page alone reads it.
//
// What is asked over the network is the list of the places, by the page's filters: no address, no
// header and no store holds a position. Without this file the list by name stays as it is.

const SHOWN = 20; // places, as on a page of the list
const EARTH_M = 6371000; // the mean radius
const STEP_M = 50; // finer than that, a straight line says nothing of the way
const ROUGH_M = 1000; // a position that is known less well than that is said to be
const ASK = { maximumAge: 60000, timeout: 15000 }; // milliseconds
const E5 = 100000; // coordinates travel in 1e-5 degree

/** Metres between two points, each of degrees, over a sphere (the haversine formula). */
export function metres(one, other) {
  const half = (from, to) => Math.sin(((to - from) * Math.PI) / 360) ** 2;
  const narrowing = [one, other].map((at) => Math.cos((at.latitude * Math.PI) / 180));
  const chord =
    half(one.latitude, other.latitude) +
    narrowing[0] * narrowing[1] * half(one.longitude, other.longitude);
  return 2 * EARTH_M * Math.asin(Math.sqrt(Math.min(1, chord)));
}

/** « 400 m », « 2,3 km », « 12 km », as this language writes numbers. */
export function length(distance, language) {
  const stepped = Math.max(STEP_M, Math.round(distance / STEP_M) * STEP_M);
  if (stepped < 1000) return `${stepped}\u00a0m`;
  const kilometres = Math.round(distance / 100) / 10;
  const figures = { maximumFractionDigits: kilometres < 10 ? 1 : 0 };
  return `${kilometres.toLocaleString(language, figures)}\u00a0km`;
}

/** The nearest of `places` to `here`, each with its `distance` in metres, the nearest first. */
export function nearest(places, here) {
  const away = (place) =>
    metres(here, { latitude: place.latitude_e5 / E5, longitude: place.longitude_e5 / E5 });
  return places
    .map((place) => ({ ...place, distance: away(place) }))
    .sort((one, other) => one.distance - other.distance)
    .slice(0, SHOWN);
}

function whereAmI() {
  return new Promise((found, failed) => {
    navigator.geolocation.getCurrentPosition((said) => found(said.coords), failed, ASK);
  });
}

async function pointsAt(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/** A row of the list, in the form of the page's own. */
function rowOf(place, template, words) {
  const row = template.content.cloneNode(true);
  const [producer, shop] = row.querySelectorAll("svg");
  (place.producer ? shop : producer).remove();
  row.querySelector("a").href = `${words.place}/${place.id}`;
  row.querySelector("strong").textContent = place.name;
  const kind = place.commune ? `${place.kind} · ${place.commune}` : place.kind;
  row.querySelector("[data-kind]").textContent = kind;
  const said = length(place.distance, document.documentElement.lang);
  const around = place.distance < STEP_M ? words.close : words.away;
  row.querySelector(".distance").textContent = around.replace("{}", said);
  const today = row.querySelector(".today");
  today.textContent = place.today;
  today.classList.toggle("open", place.open);
  return row;
}

function follow(near) {
  const words = near.dataset;
  const ask = near.querySelector("[data-ask]");
  const said = near.querySelector("[data-said]");
  const whole = document.querySelector("[data-whole]");
  const found = document.querySelector("[data-nearest]");
  let busy = false;

  const turn = (to) => {
    found.hidden = !to;
    whole.hidden = to;
  };
  const show = (points, here) => {
    const template = found.querySelector("template");
    const rows = nearest(points.places, here).map((place) => rowOf(place, template, words));
    found.querySelector("ul").replaceChildren(...rows);
    found.querySelector("[data-left-out]").textContent = points.left_out;
    turn(true);
    const rough = words.rough.replace("{}", length(here.accuracy, document.documentElement.lang));
    said.textContent = here.accuracy > ROUGH_M ? `${words.done} ${rough}` : words.done;
    found.querySelector("h2").focus();
  };
  const tell = (sentence) => {
    said.textContent = sentence;
    said.scrollIntoView({ block: "nearest" });
  };
  const look = async () => {
    tell(words.looking);
    const here = await whereAmI().catch(() => null);
    const points = here && (await pointsAt(words.near).catch(() => null));
    if (points) show(points, here);
    else tell(here ? words.failed : words.refused);
  };

  ask.addEventListener("click", async () => {
    if (busy) return;
    busy = true;
    await look();
    busy = false;
  });
  found.querySelector("[data-back]").addEventListener("click", () => {
    turn(false);
    said.textContent = "";
    ask.focus();
  });
  near.hidden = false;
}

const near = document.querySelector("[data-near]");
if (near && isSecureContext && navigator.geolocation) follow(near);
