// The amount of a pledge: − and +, a slider and the bars follow the field. Without this file the
// field alone does the same.

const page = document.querySelector("[data-pledge]");
if (page) follow(page);

function follow(form) {
  const field = form.querySelector("[name='amount']:not([type='radio'])");
  const say = form.querySelector("[data-say]");
  const read = () => {
    const chosen = form.querySelector("[name='amount']:checked");
    return chosen ? Number(chosen.value) : cents(field ? field.value : "");
  };
  const tell = () => {
    const now = read();
    mark(form, now);
    if (now > 0) say.textContent = form.dataset.label.replace("{}", money(now, form.dataset.unit));
  };
  const notches = (form.dataset.notches || "").split(" ").filter(Boolean).map(Number);
  if (field && notches.length > 1) step(form, field, notches, tell);
  form.addEventListener("input", tell);
  form.addEventListener("change", tell);
  tell();
}

function step(form, field, notches, tell) {
  const slider = form.querySelector("[data-slider]");
  const less = form.querySelector("[data-less]");
  const more = form.querySelector("[data-more]");
  const top = notches.length - 1;
  slider.max = String(top);
  const set = (now) => {
    field.value = plain(now);
    show(now);
    tell();
  };
  const show = (now) => {
    const at = notches.filter((notch) => notch <= now).length - 1;
    slider.value = String(Math.max(0, at));
    slider.setAttribute("aria-valuetext", money(now, form.dataset.unit));
  };
  const now = () => cents(field.value) ?? notches[0];
  less.addEventListener("click", () => set(notches.filter((one) => one < now()).pop() ?? now()));
  more.addEventListener("click", () => set(notches.find((one) => one > now()) ?? now()));
  slider.addEventListener("input", () => set(notches[Number(slider.value)]));
  field.addEventListener("input", () => show(now()));
  for (const part of [slider, less, more]) part.hidden = false;
  form.classList.add("stepped");
  show(now());
}

function mark(form, now) {
  const bars = [...form.querySelectorAll("[data-low]")];
  const at = now > 0 ? bars.filter((bar) => Number(bar.dataset.low) <= now).length - 1 : -1;
  bars.forEach((bar, n) => bar.classList.toggle("mine", now > 0 && n === Math.max(0, at)));
}

function cents(text) {
  const bare = text.replace(/[\s\u00a0\u202f€]/g, "");
  const found = /^(\d+)(?:[.,](\d{1,2}))?$/.exec(bare);
  return found ? Number(found[1]) * 100 + Number((found[2] || "0").padEnd(2, "0")) : undefined;
}

function plain(amount) {
  const rest = amount % 100;
  return rest ? `${(amount - rest) / 100},${String(rest).padStart(2, "0")}` : String(amount / 100);
}

function money(amount, unit) {
  const [euros, rest] = plain(amount).split(",");
  const spaced = euros.replace(/\B(?=(\d{3})+$)/g, "\u202f");
  const space = unit.length === 1 ? "\u202f" : "\u00a0";
  return `${rest ? `${spaced},${rest}` : spaced}${space}${unit}`;
}
