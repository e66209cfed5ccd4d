// Prints what each file weighs on the wire, and fails where the collector is over one of its bounds, which are in bytes of gzip.
import { execFileSync } from "node:child_process";

const ALONE = 7168;
const TOGETHER = 9216;

const weights = Object.fromEntries(
  ["hushgate.iife.js", "rooms.js", "decoy.js"].map((name) => [
    name,
    // By the gzip of everybody: Node's own finds thirty bytes more to spare.
    execFileSync("gzip", ["-9nc", new URL(`../dist/${name}`, import.meta.url).pathname]).length,
  ]),
);
const together = Object.values(weights).reduce((sum, weight) => sum + weight);

for (const [name, weight] of Object.entries({ ...weights, together })) console.log(`${name}  ${weight} bytes gzip`);
for (const [what, weight, bound] of [
  ["hushgate.iife.js", weights["hushgate.iife.js"], ALONE],
  ["the collector, its rooms and the decoy", together, TOGETHER],
]) {
  if (weight <= bound) continue;
  console.error(`${what}: ${weight - bound} bytes over the bound of ${bound}`);
  process.exitCode = 1;
}
