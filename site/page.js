// The page itself: fetches this domain's public documents and shows them; a token stays in this page.

import { kind, thumbprint } from "./keys.js";
import { judge, takeApart } from "./token.js";
import { duration, meaning, moment } from "./words.js";

const DOCUMENTS = ["openid-configuration", "oauth-authorization-server"];
const $ = (id) => document.getElementById(id);
const now = () => Date.now() / 1000;

/** An element with text and children; text is never markup. */
function make(name, text, attributes = {}) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text ?? "";
  return element;
}

function row(cells) {
  const line = document.createElement("tr");
  cells.forEach(([text, label, style], index) => {
    line.append(index === 0 ? make("th", text, { scope: "row", class: "mono" }) : make("td", text, { "data-label": label, class: style ?? "" }));
  });
  return line;
}

/** A document of this domain; `{problem}` when it cannot be read. */
async function get(path) {
  try {
    const response = await fetch(path, { credentials: "omit", redirect: "error", cache: "no-cache" });
    const body = response.ok ? await response.json() : null;
    return body ? { body, headers: response.headers } : { problem: `${path} answers ${response.status}.` };
  } catch {
    return { problem: `${path} cannot be read.` };
  }
}

let shown = { issuer: location.origin, keys: [], revoked: null };
const issuerPath = () => (/^#[a-z0-9-]{1,63}$/.test(location.hash) ? `/${location.hash.slice(1)}` : "");

async function show() {
  const path = issuerPath();
  $("issuer-name").value = path.slice(1);
  $("issuer-url").textContent = location.origin + path;
  const [jwks, denied, ...discovered] = await Promise.all(
    ["jwks.json", "revoked-tokens.json", ...DOCUMENTS].map((name) => get(`${path}/.well-known/${name}`)),
  );
  if (path !== issuerPath()) return; // another issuer was chosen meanwhile
  const found = discovered[0].body?.issuer;
  const issuer = typeof found === "string" ? found : location.origin + path;
  shown = { issuer, keys: keysOf(jwks), revoked: namesOf(denied) };
  await showKeys(jwks);
  showDiscovery(discovered);
}

function keysOf(jwks) {
  const keys = jwks.body?.keys;
  return Array.isArray(keys) ? keys.filter((key) => key && typeof key === "object") : [];
}

/** The `jti` of each token that was revoked by itself; null when the list cannot be read. */
function namesOf(denied) {
  const tokens = denied.body?.tokens;
  return Array.isArray(tokens) ? new Set(tokens.map((token) => token?.jti)) : null;
}

async function showKeys(jwks) {
  const rows = await Promise.all(shown.keys.map(keyRow));
  $("keys").tBodies[0].replaceChildren(...rows);
  $("keys").hidden = rows.length === 0;
  const count = rows.length === 1 ? "One key" : `${rows.length} keys`;
  $("keys-summary").textContent = jwks.problem ?? `${count} in the JWK Set.`;
  $("copy").replaceChildren(...(jwks.headers ? facts(jwks.headers) : []));
}

async function keyRow(key) {
  const own = globalThis.crypto?.subtle ? await thumbprint(key) : null;
  const check = own === key.kid ? "✓ is the key's name" : `is not the key's name: ${own ?? "unknown"}`;
  return row([
    [String(key.kid)],
    [String(key.alg ?? "not said"), "Algorithm"],
    [kind(key), "Kind"],
    [check, "Thumbprint", own === key.kid ? "good" : "warn"],
  ]);
}

/** How old the copy is that this browser was given, and for how long others may keep it: RFC 9111. */
function facts(headers) {
  const age = headers.has("age") ? Number(headers.get("age")) : Math.max(0, now() - Date.parse(headers.get("date")) / 1000);
  const list = [
    ["Age of this copy", Number.isFinite(age) ? duration(age) : "unknown"],
    ["Fetched", moment(now())],
    ["Caches may keep it", headers.get("cache-control") ?? "not said"],
    ["Version (ETag)", headers.get("etag") ?? "none"],
  ];
  return list.flatMap(([name, value]) => [make("dt", name), make("dd", value)]);
}

function showDiscovery(documents) {
  const parts = documents.flatMap((found, index) => {
    const title = make("h3", DOCUMENTS[index]);
    if (found.problem) return [title, make("p", found.problem, { class: "bad" })];
    return [title, table(Object.entries(found.body), "Value")];
  });
  $("discovery").replaceChildren(...parts);
}

function table(entries, label, explain = () => null) {
  const body = document.createElement("table");
  for (const [name, value] of entries) {
    const text = typeof value === "string" ? value : Array.isArray(value) ? value.map(plain).join(", ") : plain(value);
    const words = explain(name, value);
    body.append(row([[name], [text, label, "mono"], ...(words === null ? [] : [[words, "Meaning", "hint"]])]));
  }
  return body;
}

const words = (text) => text.split(/[\s,]+/).filter((word) => word);
const plain = (value) => (typeof value === "string" ? value : JSON.stringify(value));

async function inspect() {
  const at = now();
  const token = takeApart($("token").value);
  const verdict = globalThis.crypto?.subtle
    ? await judge(token, { ...shown, audience: $("audience").value.trim(), types: words($("types").value), now: at })
    : { good: false, words: "This browser verifies only on pages served by https." };
  const told = `${verdict.good ? "✓ Accepted" : "✗ Refused"}: ${verdict.words}`;
  $("verdict").replaceChildren(make("p", told, { class: verdict.good ? "good" : "bad" }));
  const parts = [["Header", token.header], ["Claims", token.claims]].filter(([, part]) => part);
  $("token-parts").replaceChildren(
    ...parts.flatMap(([title, part]) => [make("h3", title), table(Object.entries(part), "Value", (name, value) => meaning(name, value, at))]),
  );
}

$("token-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  await show(); // a key may have been revoked since
  await inspect();
});
$("issuer-form").addEventListener("submit", (event) => {
  event.preventDefault();
  location.hash = $("issuer-name").value.trim();
});
addEventListener("hashchange", show);
show();
