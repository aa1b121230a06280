// Public keys as a browser knows them: RFC 7517, RFC 7518 section 6, RFC 8037, RFC 7638.

const RSA = { kty: "RSA", members: ["e", "kty", "n"] };
const EC = { kty: "EC", members: ["crv", "kty", "x", "y"] };
const OKP = { kty: "OKP", members: ["crv", "kty", "x"] };
const AKP = { kty: "AKP", members: ["alg", "kty", "pub"] };
const KINDS = { RSA, EC, OKP, AKP };

const rsa = (name, hash) => ({ kty: "RSA", key: { name, hash }, verify: { name, saltLength: Number(hash.slice(4)) / 8 } });
const ec = (crv, hash, size) => ({ kty: "EC", crv, size, key: { name: "ECDSA", namedCurve: crv }, verify: { name: "ECDSA", hash } });
const ed25519 = { kty: "OKP", crv: "Ed25519", size: 64, key: { name: "Ed25519" }, verify: { name: "Ed25519" } };

// What WebCrypto can verify. A null prototype: `alg` is whatever the sender of a token wrote.
export const ALGORITHMS = Object.assign(Object.create(null), {
  RS256: rsa("RSASSA-PKCS1-v1_5", "SHA-256"),
  RS384: rsa("RSASSA-PKCS1-v1_5", "SHA-384"),
  RS512: rsa("RSASSA-PKCS1-v1_5", "SHA-512"),
  PS256: rsa("RSA-PSS", "SHA-256"),
  PS384: rsa("RSA-PSS", "SHA-384"),
  PS512: rsa("RSA-PSS", "SHA-512"),
  ES256: ec("P-256", "SHA-256", 64),
  ES384: ec("P-384", "SHA-384", 96),
  ES512: ec("P-521", "SHA-512", 132),
  Ed25519: ed25519,
  EdDSA: ed25519,
});

/** Bytes of base64url without padding, in its one strict form; null for anything else. */
export function decode(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return encode(bytes) === text ? bytes : null;
}

/** base64url without padding. */
export function encode(bytes) {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** RFC 7638: SHA-256 over the members that make the key, in one spelling; null for an unknown kind. */
export async function thumbprint(jwk) {
  const kind = Object.hasOwn(KINDS, jwk.kty) ? KINDS[jwk.kty] : null;
  if (!kind || kind.members.some((name) => typeof jwk[name] !== "string")) return null;
  const canonical = JSON.stringify(Object.fromEntries(kind.members.map((name) => [name, jwk[name]])));
  return encode(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical))));
}

/** In words: what kind of key it is. */
export function kind(jwk) {
  if (jwk.kty === "RSA") return `RSA, ${bits(jwk.n)} bits`;
  if (jwk.kty === "EC") return `elliptic curve ${jwk.crv}`;
  if (jwk.kty === "OKP") return String(jwk.crv);
  return jwk.kty === "AKP" ? "post-quantum (ML-DSA)" : `unknown kind ${String(jwk.kty)}`;
}

function bits(modulus) {
  const bytes = decode(String(modulus));
  return bytes && bytes.length ? bytes.length * 8 - Math.clz32(bytes[0]) + 24 : "?";
}

/** Whether a key may verify an algorithm: one key, one algorithm. */
export function fits(jwk, name) {
  const row = ALGORITHMS[name];
  return jwk.kty === row.kty && (!row.crv || jwk.crv === row.crv) && (!jwk.alg || jwk.alg === name);
}

/** Whether the signature is that key's; only the key's own members reach the browser. */
export async function verifies(jwk, name, signature, signingInput) {
  const row = ALGORITHMS[name];
  if (row.size && signature.length !== row.size) return false;
  const bare = Object.fromEntries(KINDS[jwk.kty].members.map((member) => [member, jwk[member]]));
  const key = await crypto.subtle.importKey("jwk", bare, row.key, false, ["verify"]);
  return crypto.subtle.verify(row.verify, key, signature, signingInput);
}
