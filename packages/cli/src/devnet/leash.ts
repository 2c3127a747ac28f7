// Loaded by a devnet's nodes before all else (`node --import`): a node ends when the devnet that started it is gone,
// however that ended. It stands here and not in the node, which needs no parent.

import process from "node:process";

process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
// To listen for it keeps nothing running.
process.channel?.unref();
