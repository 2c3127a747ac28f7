// What a peer could send in place of a message.

import { attackCodecs, isOfProofs } from "../support/attack-codecs.ts";
import { table } from "../support/table.ts";

attackCodecs(table.filter((entry) => !isOfProofs(entry)));
