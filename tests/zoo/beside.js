// Asks BotD and fpscanner about this visit, after Hushgate's verdict is known, and tells the zoo what they answered.
"use strict";

const flagged = (details) => Object.keys(details).filter((name) => details[name]?.detected ?? details[name]?.bot ?? details[name] === true);

async function botd() {
  const { load } = await import("/zoo/botd.js");
  const detector = await load({ monitoring: false });
  const { bot, botKind } = await detector.detect();
  return { bot, saw: bot ? [botKind] : [] };
}

async function fpscanner() {
  const { default: Scanner } = await import("/zoo/fpscanner.js");
  const found = await new Scanner().collectFingerprint({ encrypt: false });
  return { bot: found.fastBotDetection, saw: flagged(found.fastBotDetectionDetails) };
}

const answer = (ask) => ask().catch((error) => ({ error: String(error) }));

async function tell() {
  const said = { botd: await answer(botd), fpscanner: await answer(fpscanner) };
  await fetch(`/zoo/answer${location.search}`, { method: "POST", body: JSON.stringify(said), keepalive: true });
}

window.hushgate ??= { q: [] };
window.hushgate.q.push(["on", "verdict", tell]);
