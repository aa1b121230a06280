// One request a line on standard input, one answer a line on standard output: the process lives as long as a
// service does, and so do the caches of the client in it.
import { createInterface } from "node:readline";

export async function serve(verify) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { token, algorithm } = JSON.parse(line);
    let answer;
    try {
      answer = { subject: (await verify(token, algorithm)).sub };
    } catch (error) {
      answer = { refused: `${error.name}: ${error.message}` };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

export const { jwksUri, issuer, audience } = JSON.parse(process.argv[2]);
