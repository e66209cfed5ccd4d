/** The seal: base64url HMAC-SHA256 of session, dot and payload, with the session's key (docs/protocol.md, section 3). */

/** The seal's bytes leave as they came, as a JSON Web Key: it holds them in base64url, https://www.rfc-editor.org/rfc/rfc7518#section-6.4.1 */
export async function seal(session: string, key: string, payload: string): Promise<string> {
  const { subtle } = crypto;
  const read = (format: "jwk" | "raw", bytes: unknown): Promise<CryptoKey> =>
    subtle.importKey(format as "raw", bytes as ArrayBuffer, { name: "HMAC", hash: "SHA-256" }, true, ["sign"]);
  const secret = await read("jwk", { kty: "oct", k: key });
  const bytes = await subtle.sign("HMAC", secret, new TextEncoder().encode(`${session}.${payload}`));
  return (await subtle.exportKey("jwk", await read("raw", bytes))).k as string;
}
