import jsonwebtoken from "jsonwebtoken";
import jwksRsa from "jwks-rsa";
import { audience, issuer, jwksUri, serve } from "./serve.mjs";

const keys = jwksRsa({ jwksUri });

const findKey = (header, callback) =>
  keys.getSigningKey(header.kid, (error, key) => callback(error, key?.getPublicKey()));

await serve(
  (token, algorithm) =>
    new Promise((resolve, reject) => {
      const options = { issuer, audience, algorithms: [algorithm] };
      jsonwebtoken.verify(token, findKey, options, (error, claims) => (error ? reject(error) : resolve(claims)));
    }),
);
