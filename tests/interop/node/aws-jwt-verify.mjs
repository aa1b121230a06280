import { JwtVerifier } from "aws-jwt-verify";
import { audience, issuer, jwksUri, serve } from "./serve.mjs";

// It takes every algorithm that it knows, and reads from the key which one a token may have.
const verifier = JwtVerifier.create({ issuer, audience, jwksUri });

await serve((token) => verifier.verify(token));
