import { writeFileSync } from "node:fs";
import { Complaint } from "./terminal.ts";

/** Never over a file that is there. */
export function writeNew(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes, { flag: "wx" });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new Complaint("exists", `${file} is there already.`, "Name another file.");
    throw new Complaint("unwritable", `Cannot write ${file} (${code ?? message}).`, "Is the path right?");
  }
}
