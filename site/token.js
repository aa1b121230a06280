// A token taken apart and judged, in the order of RFC 7515 section 5.2 and RFC 7519 section 7.2. Our verifier in
// Python decides at the APIs and is stricter in form (duplicate names, nesting); this explains to a person.

import { ALGORITHMS, decode, fits, verifies } from "./keys.js";
import { ago, moment, quote } from "./words.js";

export const LEEWAY = 60;
export const TYPES = ["at+jwt"];
const MOST = 16384;

/** Header, claims, signature; or `problem`, in words, with as much of it as could be read. */
export function takeApart(text) {
  const token = text.trim().replace(/^Bearer\s+/i, "");
  const parts = token.split(".");
  if (token.length > MOST) return { problem: `It has ${token.length} characters; ${MOST} are allowed.` };
  if (parts.length === 5) return { problem: "It has five parts: it is encrypted (JWE), and signed tokens have three." };
  if (parts.length !== 3) return { problem: "It has not the form of a signed token: three parts with dots between." };
  const [header, claims] = parts.slice(0, 2).map(object);
  const signature = decode(parts[2]);
  const signingInput = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
  const read = { header, claims, signature, signingInput };
  if (!header) return { ...read, problem: "Its header is no JSON object in base64url." };
  if (!claims) return { ...read, problem: "Its payload is no JSON object in base64url." };
  return signature ? read : { ...read, problem: "Its signature is no base64url." };
}

function object(part) {
  try {
    const bytes = decode(part);
    const value = bytes && JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    return value && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** `{good, words}`: whether the token is good at `now`, and why not. */
export async function judge(token, { issuer, keys, revoked, audience, types, now }) {
  const refused = token.problem ?? badHeader(token.header) ?? badIssuer(token.claims, issuer) ?? badType(token.header, types);
  if (refused) return { good: false, words: refused };
  const words = (await badSignature(token, keys)) ?? badClaims(token.claims, audience, now) ?? isRevoked(token.claims, revoked);
  return words ? { good: false, words } : { good: true, words: `${issuer} signed it, and it is valid just now.` };
}

function badHeader(header) {
  const unsaid = ["alg", "kid", "typ"].find((name) => name in header && typeof header[name] !== "string");
  if (unsaid) return `The ${quote(unsaid)} of its header is no text.`;
  if (header.alg === "none") return "It is not signed: its algorithm is “none”.";
  if (/^HS/.test(header.alg)) return `Its algorithm ${quote(header.alg)} needs a shared secret; nobody can verify it with a public key.`;
  const odd = ["crit", "b64", "zip", "enc"].find((name) => name in header);
  if (odd) return `Its header asks for ${quote(odd)}, which is refused.`;
  if (!(header.alg in ALGORITHMS)) return `This browser does not know its algorithm ${quote(header.alg)}, so that the signature cannot be checked here. The command line can: jwx inspect.`;
  return null;
}

function badIssuer(claims, issuer) {
  if (claims.iss === issuer) return null;
  return `It says it is from ${quote(claims.iss)}, and this page shows ${quote(issuer)}.`;
}

/** RFC 8725 section 3.11: no token of one kind passes as one of another. None said is JWT (RFC 7519 section 5.1). */
function badType(header, types) {
  const taken = types.length > 0 ? types : TYPES;
  if (taken.map(mediaType).includes(mediaType(header.typ ?? "JWT"))) return null;
  const said = "typ" in header ? `Its type is ${quote(header.typ)}` : "It says no type, which is “JWT”";
  const others = types.length > 0 ? "" : "; another one only where it is listed (token_types)";
  return `${said}, and ${taken.map(quote).join(", ")} is taken${others}.`;
}

/** RFC 7515 section 4.1.9: `application/` may be left out, and case does not matter. */
const mediaType = (name) => name.toLowerCase().replace(/^application\//, "");

async function badSignature({ header, signature, signingInput }, keys) {
  const named = keys.filter((key) => header.kid === undefined || key.kid === header.kid);
  if (named.length === 0) {
    return `Its key ${quote(header.kid)} is not in the JWK Set: revoked, retired, or never one of this issuer's.`;
  }
  const fitting = named.filter((key) => fits(key, header.alg));
  if (fitting.length === 0) return `Its key ${quote(header.kid)} is there, and it is no key for ${quote(header.alg)}.`;
  if (fitting.length > 1) return "It does not say which of the keys signed it.";
  try {
    if (await verifies(fitting[0], header.alg, signature, signingInput)) return null;
  } catch (error) {
    return error.name === "NotSupportedError"
      ? `This browser does not know its algorithm ${quote(header.alg)}, so that the signature cannot be checked here.`
      : `Its key ${quote(header.kid)} in the JWK Set is broken.`;
  }
  return "Its signature does not match: the token was changed, or somebody else signed it.";
}

function badClaims(claims, audience, now) {
  const odd = ["sub", "jti", "client_id"].find((name) => name in claims && typeof claims[name] !== "string");
  if (odd) return `Its ${quote(odd)} is no text.`;
  for (const name of ["exp", "nbf", "iat"]) {
    if (name in claims && !Number.isFinite(claims[name])) return `Its ${quote(name)} is no time.`;
  }
  if (!("exp" in claims)) return "It never expires: “exp” is missing.";
  if (now >= claims.exp + LEEWAY) return `It expired ${ago(claims.exp, now)}, at ${moment(claims.exp)}.`;
  if (claims.nbf > now + LEEWAY) return `It is not valid before ${moment(claims.nbf)} (${ago(claims.nbf, now)}).`;
  if (claims.iat > now + LEEWAY) return `It says it was issued ${moment(claims.iat)}: in the future. Is a clock wrong?`;
  const audiences = [claims.aud ?? []].flat();
  if (audiences.length === 0) return "It is for nobody: “aud” is missing.";
  if (audiences.some((one) => typeof one !== "string")) return "Its “aud” is neither a text nor a list of texts.";
  if (audience && !audiences.includes(audience)) return `It is for ${quote(claims.aud)}, and not for ${quote(audience)}.`;
  if ("cnf" in claims) return "It is bound to a key (“cnf”) and must not pass as a bearer token.";
  return null;
}

function isRevoked(claims, revoked) {
  if (revoked === null) return "Whether it was revoked by itself cannot be told: the list of revoked tokens cannot be read.";
  if (claims.jti === undefined || !revoked.has(claims.jti)) return null;
  return `It was revoked by itself: its “jti” ${quote(claims.jti)} is on the issuer's list of revoked tokens.`;
}
