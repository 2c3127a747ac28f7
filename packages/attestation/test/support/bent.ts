// Rules under which a contract's `add` gives 100 more than the truth, from one height on.

import type { Rules } from "@tandem/execution";
import {
  asContractName,
  asMethodName,
  type Call,
  type Environment,
  type Host,
  type Method,
  success,
  utf8,
} from "@tandem/shared";
import { probe } from "../../../execution/test/support/probe.ts";

export function bentRules(rules: Rules, contract: string, height: number): Rules {
  const usual = probe.methods.get(asMethodName("add")) as Method;
  const run = (call: Call, host: Host) => {
    if (call.contract !== asContractName(contract) || call.height < height) return usual.run(call, host);
    const [name, amount] = call.args.map(({ value }) => value);
    const key = utf8(String(name));
    const sum = ((host.get(key) ?? 0n) as bigint) + (amount as bigint) + 100n;
    host.set(key, sum);
    return success(sum);
  };
  const changed: Environment = {
    ...probe,
    methods: new Map([...probe.methods, [asMethodName("add"), { whole: false, run }]]),
  };
  return { ...rules, environments: new Map([[probe.name, changed]]) };
}
