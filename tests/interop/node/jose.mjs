import { createRemoteJWKSet, jwtVerify } from "jose";
import { audience, issuer, jwksUri, serve } from "./serve.mjs";

const keys = createRemoteJWKSet(new URL(jwksUri));

await serve(async (token, algorithm) => {
  const options = { issuer, audience, algorithms: [algorithm], typ: "at+jwt" };
  return (await jwtVerify(token, keys, options)).payload;
});
