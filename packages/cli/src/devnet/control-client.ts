// How a command of another terminal reaches the devnet that runs in a folder.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readJson } from "@tandem/shared";
import { host } from "../ports.ts";
import { Complaint } from "../terminal.ts";
import { type ControlPlace, controlCharactersMax, controlFileName, controlReader } from "./control.ts";

/** A node that is started again has a minute to answer. */
const timeoutMs = 90_000;
const advice = "Start one with ./tandem devnet, or name the folder of another with --folder.";

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
  readonly exitCode: number;
}

export async function askDevnet<T>(folder: string, method: "GET" | "POST", path: string): Promise<T> {
  const place = await readPlace(folder);
  const answer = await reach(folder, place, method, path);
  if ("error" in answer) {
    const { code, message, advice, exitCode } = answer.error as Refusal;
    throw code === "wrong-token" ? gone(folder, place) : new Complaint(code, message, advice, exitCode);
  }
  return answer as T;
}

async function readPlace(folder: string): Promise<ControlPlace> {
  const text = await readFile(join(folder, controlFileName), "utf8").catch(({ code }: NodeJS.ErrnoException) => {
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new Complaint("no-devnet", `No devnet runs in ${folder}.`, advice, 1);
    throw new Complaint(
      "unreadable",
      `Cannot read ${join(folder, controlFileName)} (${code}).`,
      "Is this devnet yours?",
    );
  });
  const place = readJson(text, controlCharactersMax, controlReader);
  if (place.ok) return place.value;
  const what = `${join(folder, controlFileName)}: ${place.error.message}.`;
  throw new Complaint("bad-devnet", what, "Remove that file, and start the devnet again.", 1);
}

async function reach(folder: string, place: ControlPlace, method: string, path: string): Promise<object> {
  const headers = { authorization: `Bearer ${place.token}` };
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(`http://${host}:${place.port}${path}`, { method, headers, signal });
    const answer: unknown = await response.json();
    if (typeof answer === "object" && answer !== null) return answer;
  } catch (error) {
    if (error instanceof Error && error.name === "TimeoutError") {
      const what = `The devnet in ${folder} (process ${place.pid}) did not answer within ${timeoutMs / 1000} s.`;
      throw new Complaint("no-answer", what, "Look at its terminal.", 1);
    }
  }
  // Nobody is at that port, or somebody else by now.
  throw gone(folder, place);
}

function gone(folder: string, { pid }: ControlPlace): Complaint {
  const what = `The devnet that ran in ${folder} (process ${pid}) does not answer: it is gone.`;
  return new Complaint("no-devnet", what, advice, 1);
}
