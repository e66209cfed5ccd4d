// A shop for the browser tests: pages of its own origin, and a /signup that remembers what was posted.
import { createServer } from "node:http";
import { listen } from "./stub-gate.mjs";

export const FORM = `<form id="signup" action="/signup" method="post">
  <label for="email">Email</label><input id="email" name="email" type="email" required>
  <label for="password">Password</label><input id="password" name="password" type="password">
  <button id="go" name="plan" value="free">Sign up</button>
  <button id="pro" name="plan" value="pro">Sign up for pro</button>
</form>`;

/** `pages` by path: {head, body, csp}. `post` keeps every form that arrived. */
export async function startShop() {
  const shop = { pages: new Map(), posts: [] };
  const serve = async (request, response) => {
    const { pathname } = new URL(request.url, "http://shop");
    let text = "";
    for await (const chunk of request) text += chunk;
    if (request.method === "POST") shop.posts.push(Object.fromEntries(new URLSearchParams(text)));
    const page = shop.pages.get(pathname);
    const headers = { "content-type": "text/html; charset=utf-8" };
    if (page?.csp) headers["content-security-policy"] = page.csp;
    response.writeHead(page || request.method === "POST" ? 200 : 404, headers);
    response.end(
      page ? `<!doctype html><title>shop</title>${page.head ?? ""}<body>${page.body ?? FORM}` : "<p id=done>done</p>",
    );
  };
  const server = createServer((request, response) => void serve(request, response));
  shop.url = await listen(server);
  shop.page = (page, path = `/p${shop.pages.size}`) => {
    shop.pages.set(path, page);
    return shop.url + path;
  };
  shop.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return shop;
}
