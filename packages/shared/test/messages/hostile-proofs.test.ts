// What a peer could send in place of a proof.

import { attackCodecs, isOfProofs } from "../support/attack-codecs.ts";
import { table } from "../support/table.ts";

attackCodecs(table.filter(isOfProofs));
