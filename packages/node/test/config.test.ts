// The configuration of a node and its secrets: what is wrong is refused by name, before anything is started.

import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nativePayerScheme } from "@tandem/native";
import {
  asContractName,
  asEnvironmentName,
  asWeight,
  encodeValue,
  formatGenesis,
  type GenesisContract,
  type Value,
} from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { readIdentity, readValidatorKey } from "../src/config/key-files.ts";
import { parseConfig } from "../src/config/node-config.ts";
import { seatAt } from "../src/config/seating.ts";
import { NodeError, readConfig, readPayerKey, writeKeyFile } from "../src/index.ts";
import { readSetup } from "../src/process/node-setup.ts";
import { configText, createNetwork, createNode, payerKey, seedOf } from "./support/node-folder.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof NodeError)) return `not refused: ${String(error)}`;
  expect(error.message).toMatch(/\.$/);
  expect(error.advice).not.toBe("");
  return error.code;
}

describe("the configuration file", () => {
  test("paths are relative to it, wherever the process runs", () => {
    const config = parseConfig(configText(), "/nets/node-0");
    expect(config.ok && config.value).toMatchObject({
      genesis: "/nets/genesis.json",
      data: "/nets/node-0/data",
      key: "/nets/node-0/validator.json",
      identity: "/nets/node-0/identity.key",
    });
  });

  test("without a key and an API it is that of a silent observer", () => {
    const config = parseConfig(configText({ key: undefined, api: undefined }), "/nets");
    expect(config.ok && Object.keys(config.value)).not.toEqual(expect.arrayContaining(["key"]));
    expect(config.ok && config.value.api).toBe(undefined);
  });

  test.each([
    [{ data: undefined }, "missing at data"],
    [{ key: null }, "wrong-type at key"],
    [{ keys: "validator.json" }, "unknown-key at keys"],
    [{ genesis: "" }, "bad-format at genesis"],
    [{ listen: ["127.0.0.1:7100"] }, "bad-format at listen[0]"],
    [{ listen: ["/ip4/127.0.0.1/udp/7100"] }, "bad-format at listen[0]"],
    [{ peers: [{ seat: 1024, address: "/ip4/127.0.0.1/tcp/1" }] }, "out-of-range at peers[0].seat"],
    [{ peers: [{ seat: 1, address: "nowhere" }] }, "bad-format at peers[0].address"],
    [{ peers: [1, 2, 1].map((seat) => ({ seat, address: "/ip4/127.0.0.1/tcp/1" })) }, "doubled at peers[2].seat"],
    [{ api: { host: "127.0.0.1" } }, "missing at api.port"],
    [{ api: { host: "127.0.0.1", port: 65_536 } }, "out-of-range at api.port"],
    [{ api: { host: "a b", port: 1 } }, "bad-format at api.host"],
    [{ store: "sqlite" }, "bad-format at store"],
    [{ verifyThreads: 0 }, "out-of-range at verifyThreads"],
    [{ executionThreads: 0 }, "out-of-range at executionThreads"],
    [{ follow: ["Main"] }, "bad-format at follow[0]"],
    [{ follow: ["a", "b", "a"] }, "doubled at follow[2]"],
    [{ network: { delayMs: 30_001 } }, "out-of-range at network.delayMs"],
  ])("%j: %s", (changes, is) => {
    const config = parseConfig(configText(changes), "/nets");
    expect(config.ok ? "ok" : `${config.error.code} at ${config.error.path}`).toBe(is);
  });

  test("as a file: one that is not there, one that is not JSON", async () => {
    const file = join(temporaryFolder(), "config.json");
    expect(await codeOf(readConfig(file))).toBe("unreadable");
    writeFileSync(file, "{");
    expect(await codeOf(readConfig(file))).toBe("bad-config");
    await expect(readConfig(file)).rejects.toMatchObject({ advice: expect.not.stringContaining("that key") });
    writeFileSync(file, configText({ store: "sqlite" }));
    await expect(readConfig(file)).rejects.toMatchObject({ advice: "Mend that key." });
  });
});

describe("secrets", () => {
  const pair = { publicKey: payerKey(1), secretKey: seedOf(1) };

  test("are written for their owner alone, once, and read back", async () => {
    const file = join(temporaryFolder(), "payer.json");
    await writeKeyFile(file, pair);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await readPayerKey(file)).toEqual(pair);
    expect(await codeOf(writeKeyFile(file, pair))).toBe("exists");
  });

  test.each([0o640, 0o604, 0o660])("are refused when others can read them: mode %o", async (mode) => {
    const file = join(temporaryFolder(), "payer.json");
    await writeKeyFile(file, pair);
    chmodSync(file, mode);
    expect(await codeOf(readPayerKey(file))).toBe("open-secret");
  });

  test("of which one does not belong to the other are refused", async () => {
    const file = join(temporaryFolder(), "payer.json");
    await writeKeyFile(file, { ...pair, publicKey: nativePayerScheme.publicKeyOf(seedOf(2)) });
    expect(await codeOf(readPayerKey(file))).toBe("bad-key");
    expect(await codeOf(readValidatorKey(file))).toBe("bad-key");
  });

  test("an identity is made once, and kept", async () => {
    const file = join(temporaryFolder(), "identity.key");
    const made = await readIdentity(file, async () => Uint8Array.of(1, 2, 3));
    const again = await readIdentity(file, () => Promise.reject(new Error("there is one")));
    expect([made, again, statSync(file).mode & 0o777]).toEqual([Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2, 3), 0o600]);
  });
});

describe("what the configuration names", () => {
  test("a validator finds its seat by its key", async () => {
    const setup = await readSetup(createNode(createNetwork(temporaryFolder(), 3), 2));
    expect([setup.validator?.seat, setup.names.length]).toEqual([2, 3]);
  });

  test("a validator follows the shards of its committees, and whoever names shards follows those", async () => {
    const network = createNetwork(temporaryFolder(), 3);
    const follows = async (changes: object, seat = 1) => (await readSetup(createNode(network, seat, changes))).follows;
    expect([await follows({}), await follows({ follow: [] })]).toEqual([["main"], []]);
    expect([await follows({ key: undefined }), await follows({ key: undefined, follow: ["main"] })]).toEqual([
      [],
      ["main"],
    ]);
  });

  test("a shard that the genesis does not have", async () => {
    const network = createNetwork(temporaryFolder());
    expect(await codeOf(readSetup(createNode(network, 0, { follow: ["other"] })))).toBe("bad-config");
  });

  test("a validator without a part in ordering has its place too", async () => {
    const network = createNetwork(temporaryFolder(), 3, 8, (genesis) => ({
      ...genesis,
      validators: genesis.validators.map((each, at) => (at === 0 ? { ...each, orderWeight: asWeight(0n) } : each)),
    }));
    const { validator, seatings, names } = await readSetup(createNode(network, 2));
    expect([validator?.seat, names.length]).toEqual([2, 3]);
    expect([seatings.order.places, seatings.attest.places]).toEqual([
      [1, 2],
      [0, 1, 2],
    ]);
    expect([seatAt(seatings.order, 0), seatAt(seatings.order, 2), seatAt(seatings.order, undefined)]).toEqual([
      undefined,
      1,
      undefined,
    ]);
  });

  test("a key that has no seat", async () => {
    const network = createNetwork(temporaryFolder(), 3);
    expect(await codeOf(readSetup(createNode(network, 3)))).toBe("no-seat");
  });

  test("a genesis whose content is not that of its id, and none at all", async () => {
    const network = createNetwork(temporaryFolder());
    const config = createNode(network, 0);
    const file = join(network.folder, "genesis.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"main"', '"other"'));
    expect(await codeOf(readSetup(config))).toBe("bad-genesis");
    expect(await codeOf(readSetup({ ...config, genesis: join(network.folder, "none") }))).toBe("unreadable");
  });

  test("a peer of a seat that the genesis does not have", async () => {
    const peers = [{ seat: 1, address: "/ip4/127.0.0.1/tcp/1" }];
    expect(await codeOf(readSetup(createNode(createNetwork(temporaryFolder()), 0, { peers })))).toBe("bad-config");
  });

  test("a data folder that cannot be, and an identity that is none", async () => {
    const network = createNetwork(temporaryFolder());
    const config = createNode(network, 0);
    expect(await codeOf(readSetup({ ...config, data: join(network.folder, "genesis.json", "data") }))).toBe(
      "unwritable",
    );
    mkdirSync(join(network.folder, "node-0"), { recursive: true });
    writeFileSync(config.identity, "no key", { mode: 0o600 });
    expect(await codeOf(readSetup(config))).toBe("bad-key");
  });
});

describe("a genesis whose contracts cannot be", () => {
  const contract = (environment: string, config: Value): GenesisContract => ({
    name: asContractName("main/sum"),
    environment: asEnvironmentName(environment),
    config: encodeValue(config),
  });

  test.each([
    ["unknown-environment", contract("abacus", 1n)],
    ["refused", contract("counter", "one")],
  ])("is refused before anything is started: %s", async (code, each) => {
    const network = createNetwork(temporaryFolder());
    const config = createNode(network, 0);
    await readSetup(config);
    writeFileSync(config.genesis, formatGenesis({ ...network.genesis, contracts: [each] }));
    const refused = readSetup(config);
    expect(await codeOf(refused)).toBe("bad-genesis");
    await expect(refused).rejects.toThrow(new RegExp(`contracts\\[0\\]: .* \\(${code}\\)\\.$`));
  });

  test("and one whose contracts can be is taken", async () => {
    const network = createNetwork(temporaryFolder());
    const config = createNode(network, 0);
    writeFileSync(config.genesis, formatGenesis({ ...network.genesis, contracts: [contract("counter", 1n)] }));
    expect((await readSetup(config)).checked.genesis.contracts).toHaveLength(1);
  });
});
