/** The work of the ALTCHA protocol (https://altcha.org/docs/v2/proof-of-work): finds the number whose key begins as it should. */

export interface Challenge {
  parameters: { algorithm: string; cost: number; keyLength: number; keyPrefix: string; nonce: string; salt: string };
  signature?: string;
}

export interface Solution {
  counter: number;
  derivedKey: string;
  time: number;
}

const bytes = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) || [], (two) => Number.parseInt(two, 16));
const hex = (data: ArrayBuffer): string =>
  Array.from(new Uint8Array(data), (one) => one.toString(16).padStart(2, "0")).join("");

/** Tries `first`, `first + step` and so on. The browser derives keys off the page's thread, so that a page stays usable. */
export async function solve(
  { parameters }: Challenge,
  first: number,
  step: number,
  signal?: AbortSignal,
): Promise<Solution> {
  const { algorithm, cost, keyLength, keyPrefix, nonce } = parameters;
  const started = Date.now();
  const salt = bytes(parameters.salt);
  const begin = bytes(nonce);
  const password = new Uint8Array(begin.length + 4);
  password.set(begin);
  const counter = new DataView(password.buffer, begin.length);
  const how = { name: "PBKDF2", hash: algorithm.split("/")[1] as string, salt, iterations: cost };
  for (let number = first; number <= 0xffffffff; number += step) {
    signal?.throwIfAborted();
    counter.setUint32(0, number);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = hex(await crypto.subtle.deriveBits(how, key, keyLength * 8));
    if (derivedKey.startsWith(keyPrefix)) return { counter: number, derivedKey, time: Date.now() - started };
  }
  throw Error("no number will do");
}
