// The signup page's own script: sends the form without leaving the page, and tells the analytics of a new account.
"use strict";

const form = document.getElementById("signup");
const said = document.getElementById("said");
let sending = false;

// The gate's script is loaded on the side: calls wait in this queue for it, and where it never comes the form works without.
window.hushgate ??= { q: [] };
const gate = (...call) => window.hushgate.q.push(call);

gate("on", "verdict", (verdict) => {
  window.__verdict = verdict; // what a page is told: {id, conversion}. Kept for tests.
});

// Runs once it is known that this conversion counts, and never for a bot.
function convert(user) {
  gate("conversion", () => {
    window.dataLayer ??= [];
    const event = { event: "sign_up", user_id: user.id };
    window.dataLayer.push(event);
    fetch("/analytics", { method: "POST", body: JSON.stringify(event), keepalive: true });
  });
}

function show(errors) {
  for (const slot of form.querySelectorAll("[data-error]")) {
    const text = errors[slot.dataset.error] || "";
    slot.textContent = text;
    form.elements[slot.dataset.error]?.setAttribute("aria-invalid", String(text !== ""));
  }
  const first = Object.keys(errors).find((name) => form.elements[name]);
  if (first) form.elements[first].focus();
}

function finish(id, who) {
  const result = document.getElementById(id);
  for (const slot of result.querySelectorAll("[data-who]")) slot.textContent = who;
  document.getElementById("ask").hidden = true;
  result.hidden = false;
  result.focus();
  said.textContent = result.querySelector("h2").textContent;
}

function settle(answer, email) {
  if (!answer.ok) show(answer.errors || {});
  else if (answer.next === "confirm") finish("confirm-first", email);
  else {
    convert(answer.user);
    finish("done", answer.user.name);
  }
}

function busy(on) {
  sending = on;
  const button = form.querySelector("button[type=submit]");
  button.setAttribute("aria-disabled", String(on));
  button.querySelector("[data-label]").textContent = on ? "One moment" : "Create account";
}

async function send() {
  const fields = new URLSearchParams(new FormData(form));
  const options = { method: "POST", body: fields, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(15000) };
  const response = await fetch(form.action, options);
  settle(await response.json(), fields.get("email"));
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (sending) return;
  busy(true);
  show({});
  try {
    await send();
  } catch {
    show({ form: "We could not reach Fernpost. Nothing is lost: please try again." });
  } finally {
    busy(false);
  }
});
