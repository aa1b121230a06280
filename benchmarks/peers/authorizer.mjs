// The authorizer on aws-jwt-verify, AWS's own library for Node. Run as a whole process: start, load, be ready.
import { JwtVerifier } from "aws-jwt-verify";

const verifier = JwtVerifier.create({
  issuer: process.env.ISSUER,
  audience: process.env.AUDIENCE,
  jwksUri: process.env.JWKS_URI,
});

export async function handler(event) {
  const claims = await verifier.verify(event.headers.authorization.slice(7));
  return { principalId: claims.sub };
}
