// The door of a running devnet for commands of other terminals: HTTP on loopback. Its port and a token, which every request
// has to carry, stand in the devnet's folder, for its owner alone to read:
//
//   DIR/control.json         while a devnet runs; one that a crash left behind leads to nobody
//
// A request is POST /kill/NODE, POST /restart/NODE or GET /status. The answer is JSON: what was asked, or {error}.

import { randomBytes, timingSafeEqual } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { jsonCount, jsonObject, jsonText } from "@tandem/shared";
import { host } from "../ports.ts";
import { Complaint, describe, isTold } from "../terminal.ts";
import type { Operator } from "./operator.ts";

/** What the file says. */
export interface ControlPlace {
  readonly pid: number;
  readonly port: number;
  readonly token: string;
}

export const controlFileName = "control.json";
export const controlCharactersMax = 1000;
const tokenBytes = 32;

export const controlReader = jsonObject<ControlPlace>({
  pid: jsonCount(1, Number.MAX_SAFE_INTEGER),
  port: jsonCount(1, 65_535),
  token: jsonText((text) => /^[0-9a-f]{64}$/.test(text), "a token"),
});

/** Gives what closes it. */
export async function openControl(folder: string, operator: Operator): Promise<() => Promise<void>> {
  const token = randomBytes(tokenBytes).toString("hex");
  const server = createServer((request, response) => void answer(request, response, operator, token));
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const file = join(folder, controlFileName);
  const place: ControlPlace = { pid: process.pid, port, token };
  await rm(file, { force: true });
  await writeFile(`${file}.new`, `${JSON.stringify(place)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return async () => {
    await rm(file, { force: true });
    server.close();
    server.closeAllConnections();
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  operator: Operator,
  token: string,
): Promise<void> {
  const [status, said] = await answerOf(request, operator, token);
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(said));
}

async function answerOf(request: IncomingMessage, operator: Operator, token: string): Promise<[number, unknown]> {
  try {
    if (!isAllowed(request, token)) throw new Complaint("wrong-token", "This devnet has another token.", "");
    return [200, await perform(request, operator)];
  } catch (error) {
    if (!isTold(error))
      return [500, { error: { code: "unexpected", message: describe(error), advice: "", exitCode: 1 } }];
    const { code, message, advice } = error;
    const exitCode = error instanceof Complaint ? error.exitCode : 1;
    return [400, { error: { code, message, advice, exitCode } }];
  }
}

function isAllowed({ headers }: IncomingMessage, token: string): boolean {
  const given = Buffer.from(headers.authorization ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function perform({ method, url = "" }: IncomingMessage, operator: Operator): Promise<unknown> {
  const [, verb, node = ""] = url.split("/").map(decodeURIComponent);
  if (method === "GET" && verb === "status") return operator.view();
  if (method === "POST" && verb === "kill") return operator.kill(node);
  if (method === "POST" && verb === "restart") return operator.restart(node);
  throw new Complaint("unknown-request", `This devnet does not know ${method} ${url}.`, "Is it of another version?", 1);
}
