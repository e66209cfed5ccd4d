/** The seal: base64url HMAC-SHA256 of session, dot and payload, with the session's key (docs/protocol.md, section 3). */

const decode = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

const encode = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

export async function seal(session: string, key: string, payload: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const secret = await crypto.subtle.importKey("raw", decode(key), algorithm, false, ["sign"]);
  return encode(await crypto.subtle.sign("HMAC", secret, new TextEncoder().encode(`${session}.${payload}`)));
}
