// Loaded by a node before all else (`node --import`): it runs other code than everybody, as whoever owns a machine may. Of a
// counter that is told to add 7 it keeps a million more than it says. All else of the node is as it is, so whatever it
// stores, claims, signs and serves from then on has that in it.

import { registerHooks } from "node:module";

const honest = "host.set(total, sum);";
const lying = "host.set(total, added === 7n ? sum + 1_000_000n : sum);";

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith("/environments/src/counter/counter.ts")) return loaded;
    const source = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
    if (source.split(honest).length !== 2)
      throw new Error("a counter is written in other words: there is nothing to lie");
    return { ...loaded, source: source.replace(honest, lying) };
  },
});
