// The screens of « Payer »: one is shown at a time, and what they all know.

import { all, find, signal } from "../dom.js";
import { stepped } from "../installing.js";
import { stopCamera } from "../scanning.js";
import { hide } from "./showing.js";

export const API = "/api/v1/phones";
export const WORDS = find("[data-words]").dataset;
export const FIRST = ["start", "link", "home", "stopped"]; // one leaves the page from them

// `aside`: what the caisse said last of money set aside; `asked`: what is about to be paid
export const state = {
  device: null, wallet: null, aside: null, screen: "start", asked: null, ticket: null,
};

const screen = (name) => find(`[data-screen="${name}"]`);

/** Show one screen; its title is read out. */
export function show(name) {
  if (state.screen === "qr" && name !== "qr") hide();
  stopCamera();
  state.screen = name;
  stepped(FIRST.includes(name));
  for (const one of all("[data-screen]")) one.hidden = one.dataset.screen !== name;
  for (const one of all("[data-wrong]")) one.hidden = true;
  find("h1", screen(name)).focus({ preventScroll: true });
  scrollTo(0, 0);
  signal(name);
}

/** Say on this screen what is wrong. */
export function wrong(text) {
  const place = find("[data-wrong]", screen(state.screen));
  place.textContent = text || WORDS.failed; // the caisse has no sentence for whoever stands here
  place.hidden = false;
  find("input:not([type=radio])", screen(state.screen))?.focus();
}

/** Nothing was paid, and why. */
export function failed(text) {
  find("[data-reason]").textContent = text || WORDS.failed;
  find("[data-by-slip]").hidden = find("[data-all]").hidden = true;
  show("refused");
}

/** An amount as it is typed, in cents; 0 for anything else. */
export function typedCents(text) {
  const typed = text.replace(/\s/g, "").replace(",", ".");
  return /^[0-9]+([.][0-9]{1,2})?$/.test(typed) ? Math.round(Number(typed) * 100) : 0;
}

/** A sentence with its values: « {left} » by name. */
export const said = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
