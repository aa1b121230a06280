// Times and claims as a person reads them.

const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

/** The two largest units, such as `3 d 4 h`. */
export function duration(seconds) {
  let left = Math.floor(Math.abs(seconds));
  const parts = [];
  for (const [unit, size] of UNITS) {
    if (left >= size && parts.length < 2) {
      parts.push(`${Math.floor(left / size)} ${unit}`);
      left %= size;
    } else if (parts.length > 0) {
      break;
    }
  }
  return parts.join(" ") || "0 s";
}

/** `in 3 min`, `3 min ago`, `now`. */
export function ago(at, now) {
  if (Math.floor(at) === Math.floor(now)) return "now";
  return at > now ? `in ${duration(at - now)}` : `${duration(at - now)} ago`;
}

/** A time in UTC; what no calendar knows stays a number. */
export function moment(at) {
  const date = new Date(at * 1000);
  return Number.isNaN(date.getTime()) ? String(at) : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** A value of somebody else's in quotes; as text, not longer than a line. */
export function quote(value) {
  if (value === undefined) return "(nothing)";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return `“${text.length > 120 ? `${text.slice(0, 120)}…` : text}”`;
}

export const MEANINGS = Object.assign(Object.create(null), {
  alg: "the signature's algorithm",
  kid: "which key of the issuer signed it",
  typ: "what kind of token it is",
  iss: "who issued it",
  sub: "who it is about",
  aud: "for whom it is",
  exp: "expires",
  nbf: "not valid before",
  iat: "issued",
  auth_time: "the person signed in",
  jti: "its own name, different for each token",
  client_id: "which client it was issued to",
  azp: "which client it was issued to",
  scope: "what it may be used for",
  nonce: "ties it to one sign-in",
  act: "who acts for the subject",
  cnf: "the key that its holder must prove to have",
});
const TIMES = ["exp", "nbf", "iat", "auth_time"];

/** What a member of a header or a claims set means. */
export function meaning(name, value, now) {
  const words = MEANINGS[name] ?? "";
  if (!TIMES.includes(name)) return words;
  if (!Number.isFinite(value)) return `${words}: this is no time`;
  return `${name === "exp" && value <= now ? "expired" : words} ${ago(value, now)}, ${moment(value)}`;
}
