// What verifiers for Node.js cost, in microseconds: their best of many short rounds, as JSON on standard output.
// Told on standard input: {"RS256": {"token", "jwk", "issuer", "audience"}, ...}. `packages` is where they are installed.
import {createPublicKey, verify} from "node:crypto";
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";

const [packages] = process.argv.slice(2);
const {resolve} = createRequire(`${packages}/package.json`);
const load = (name) => import(pathToFileURL(resolve(name)).href);
const [jose, aws, fast] = await Promise.all(["jose", "aws-jwt-verify", "fast-jwt"].map(load));
const {createVerifier} = fast.default ?? fast;
const ROUNDS = 600, WARM = 10, LOOPS = 10;

async function subjects(algorithm, {token, jwk, issuer, audience}) {
    const key = createPublicKey({key: jwk, format: "jwk"});
    const imported = await jose.importJWK(jwk, algorithm);
    const pem = key.export({type: "spki", format: "pem"});
    const common = {key: pem, algorithms: [algorithm], allowedIss: issuer, allowedAud: audience};
    const own = aws.JwtVerifier.create({issuer, audience, jwksUri: `${issuer}/jwks.json`});
    own.cacheJwks({keys: [jwk]});
    const [signed, signature] = [token.slice(0, token.lastIndexOf(".")), token.slice(token.lastIndexOf(".") + 1)];
    const [message, raw] = [Buffer.from(signed), Buffer.from(signature, "base64url")];
    const how = algorithm.startsWith("ES") ? {key, dsaEncoding: "ieee-p1363"} : key;
    return {
        "node:crypto alone": () => verify("sha256", message, how, raw),
        "jose": () => jose.jwtVerify(token, imported, {issuer, audience, algorithms: [algorithm], typ: "at+jwt"}),
        "aws-jwt-verify": () => own.verifySync(token),
        "fast-jwt": createVerifier(common).bind(null, token),
        "fast-jwt, token seen before": createVerifier({...common, cache: true}).bind(null, token),
    };
}

async function measured(calls) {
    const best = Object.fromEntries(Object.keys(calls).map((name) => [name, Infinity]));
    for (let round = 0; round < ROUNDS; round++) {
        for (const [name, call] of Object.entries(calls)) {
            for (let loop = 0; loop < WARM; loop++) await call();
            const started = process.hrtime.bigint();
            for (let loop = 0; loop < LOOPS; loop++) {
                const answer = call();
                if (answer instanceof Promise) await answer;
            }
            best[name] = Math.min(best[name], Number(process.hrtime.bigint() - started) / LOOPS / 1000);
        }
    }
    return best;
}

const told = JSON.parse(readFileSync(0, "utf8"));
const answer = {};
for (const [algorithm, given] of Object.entries(told)) {
    answer[algorithm] = await measured(await subjects(algorithm, given));
}
process.stdout.write(JSON.stringify(answer));
