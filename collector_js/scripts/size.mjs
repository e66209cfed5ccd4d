// Prints what each file weighs on the wire, and fails where the collector is over its bound.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BOUND = 7168;
const weigh = (name) => gzipSync(readFileSync(new URL(`../dist/${name}`, import.meta.url)), { level: 9 }).length;

for (const name of ["hushgate.iife.js", "rooms.js", "room.js"]) console.log(`${name}  ${weigh(name)} bytes gzip`);

const size = weigh("hushgate.iife.js");
if (size > BOUND) {
  console.error(`hushgate.iife.js is ${size - BOUND} bytes over its bound of ${BOUND}`);
  process.exitCode = 1;
}
