// The other direction: jose makes keys and tokens, for the product's verifier to take.
import { exportJWK, generateKeyPair, SignJWT } from "jose";

const { algorithms, issuer, audience } = JSON.parse(process.argv[2]);
const made = { keys: [], tokens: {} };
for (const alg of algorithms) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  made.keys.push({ ...(await exportJWK(publicKey)), alg, use: "sig", kid: alg });
  made.tokens[alg] = await new SignJWT({ scope: "orders:read" })
    .setProtectedHeader({ alg, kid: alg, typ: "at+jwt" })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject("svc-1")
    .setIssuedAt()
    .setExpirationTime("5m")
    .sign(privateKey);
}
console.log(JSON.stringify(made));
