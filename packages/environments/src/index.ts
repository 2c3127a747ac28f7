import type { Environment } from "@tandem/shared";
import { booking } from "./booking/booking.ts";
import { counter } from "./counter/counter.ts";
import { escrow } from "./escrow/escrow.ts";
import { registry } from "./registry/registry.ts";
import { token } from "./token/token.ts";

export { booking } from "./booking/booking.ts";
export { type BookingConfig, bookingConfig, bookingFootprints, bookingKeys } from "./booking/layout.ts";
export { counter, counterFootprints, counterKeys } from "./counter/counter.ts";
export { escrow } from "./escrow/escrow.ts";
export {
  type EscrowConfig,
  type EscrowTerms,
  escrowConfig,
  escrowFootprints,
  escrowKeys,
  escrowTerms,
} from "./escrow/layout.ts";
export { registry, registryFootprints, registryKeys } from "./registry/registry.ts";
export { pureFunctions, std } from "./std/index.ts";
export { footprintOf, keyOf, wholeFootprint } from "./support/keys.ts";
export { type TokenConfig, tokenConfig, tokenFootprints, tokenKeys } from "./token/layout.ts";
export { token } from "./token/token.ts";

/** All that can be linked into a node, in the order of their names. */
export const environments: readonly Environment[] = [booking, counter, escrow, registry, token];
