/** The seal: base64url HMAC-SHA256 of session, dot and payload, with the session's key (docs/protocol.md, section 3). */

const encode = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(
    /[+/=]/g,
    (letter) => ({ "+": "-", "/": "_" })[letter] || "",
  );

/** `key` comes in base64url, which is how a JSON Web Key holds its bytes: https://www.rfc-editor.org/rfc/rfc7518#section-6.4.1 */
export async function seal(session: string, key: string, payload: string): Promise<string> {
  const { subtle } = crypto;
  const secret = await subtle.importKey("jwk", { kty: "oct", k: key }, { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  return encode(await subtle.sign("HMAC", secret, new TextEncoder().encode(`${session}.${payload}`)));
}
