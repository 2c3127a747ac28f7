// The status of a node as Prometheus reads it: names in the base units that it wants (seconds, bytes).

import type { NodeStatus } from "../process/node-status.ts";

type Labels = Readonly<Record<string, string | number>>;
type Sample = readonly [labels: Labels, value: number];

interface Metric {
  readonly name: string;
  readonly kind: "counter" | "gauge" | "summary";
  readonly help: string;
  readonly samples: readonly Sample[];
}

export function metricsText(status: NodeStatus): string {
  const all = [...chainMetrics(status), ...shardMetrics(status), ...peerMetrics(status), ...processMetrics(status)];
  return all.map(format).join("");
}

function chainMetrics({ heights, view, finality, votes, ordered, receipts, evidence }: NodeStatus): Metric[] {
  const seated = Object.entries(votes).filter(([, vote]) => vote !== "no-seat");
  return [
    one("tandem_final_height", "gauge", "Height of the last final block.", heights.final),
    one("tandem_executed_height", "gauge", "Height of the last executed block.", heights.executed),
    one("tandem_view", "gauge", "View of the last final block.", view),
    one("tandem_since_final_seconds", "gauge", "Since a block became final, or the start.", finality.sinceMs / 1000),
    one("tandem_stalled", "gauge", "Whether that is longer than it should be.", finality.isStalled ? 1 : 0),
    one("tandem_ordered_blocks_total", "counter", "Blocks executed since the start.", ordered.blocks),
    one("tandem_ordered_blobs_total", "counter", "Blobs in them.", ordered.blobs),
    one("tandem_ordered_bytes_total", "counter", "Encoded bytes of these blobs.", ordered.bytes),
    one("tandem_evidence_total", "counter", "Signatures of one seat that contradict each other.", evidence),
    {
      name: "tandem_votes",
      kind: "gauge",
      help: "Whether this node votes on a chain on which it has a seat.",
      samples: seated.map(([chain, vote]): Sample => [{ chain }, vote === "votes" ? 1 : 0]),
    },
    {
      name: "tandem_receipts_total",
      kind: "counter",
      help: "Submissions by what became of them.",
      samples: Object.entries(receipts).map(([code, count]): Sample => [{ code }, count]),
    },
  ];
}

type Shard = NodeStatus["shards"][number];

function shardMetrics({ attest, shards, stageTwo }: NodeStatus): Metric[] {
  const each = (name: string, help: string, valueIn: (shard: Shard) => number, of = shards): Metric => ({
    name,
    kind: "gauge",
    help,
    samples: of.map((shard): Sample => [{ shard: shard.name }, valueIn(shard)]),
  });
  const followed = shards.filter(({ own }) => own.state !== "not-followed");
  return [
    one("tandem_attest_height", "gauge", "Height of the last attest block that counts here.", attest.height),
    one("tandem_attest_final_height", "gauge", "Height of the last final attest block.", attest.final),
    one("tandem_attest_view", "gauge", "View of the last final attest block.", attest.view),
    one("tandem_claims_total", "counter", "Claims made here since the start.", stageTwo.claims),
    one("tandem_affirmed_claims_total", "counter", "Claims seen with a quorum.", stageTwo.affirmed),
    one("tandem_attested_claims_total", "counter", "Claims in final attest blocks.", stageTwo.attested),
    one("tandem_alarms_total", "counter", "Alarms of Stage 2.", stageTwo.alarms),
    each("tandem_shard_own_round", "Last height whose work is done here.", ({ own }) => own.round, followed),
    each("tandem_shard_affirmed_round", "Last round seen with a quorum.", ({ affirmed }) => affirmed),
    each("tandem_shard_attested_round", "Round of the last attested claim.", ({ attested }) => attested.round),
    each("tandem_shard_lag", "Order blocks since the first claim that waits to be attested.", ({ lag }) => lag),
    each(
      "tandem_shard_pending",
      "Programs that had something left to run after the attested claim.",
      ({ pending }) => pending,
    ),
    each("tandem_shard_disputed", "Whether this node stopped it.", ({ dispute }) => (dispute === null ? 0 : 1)),
  ];
}

function peerMetrics({ peers, observers, refusedConnections }: NodeStatus): Metric[] {
  const each = (
    name: string,
    kind: Metric["kind"],
    help: string,
    valueIn: (peer: (typeof peers)[number]) => number,
  ) => ({
    name,
    kind,
    help,
    samples: peers.map((peer): Sample => [{ seat: peer.seat }, valueIn(peer)]),
  });
  return [
    each("tandem_peer_connected", "gauge", "Whether there is a link.", ({ connected }) => (connected ? 1 : 0)),
    each("tandem_peer_queued_bytes", "gauge", "Bytes that wait to be sent.", ({ queuedBytes }) => queuedBytes),
    each("tandem_peer_sent_bytes_total", "counter", "Bytes sent.", ({ sentBytes }) => sentBytes),
    each("tandem_peer_received_bytes_total", "counter", "Bytes received.", ({ receivedBytes }) => receivedBytes),
    each("tandem_peer_dropped_frames_total", "counter", "Frames not sent.", ({ drops }) => drops),
    one("tandem_observers", "gauge", "Connections without a seat.", observers),
    one("tandem_refused_connections_total", "counter", "Connections that did not become links.", refusedConnections),
  ];
}

function processMetrics({ diskBytes, memoryBytes, cpuMs, eventLoopDelay }: NodeStatus): Metric[] {
  const { p50Ms, p99Ms, maxMs } = eventLoopDelay;
  const quantiles: readonly Sample[] = [
    [{ quantile: 0.5 }, p50Ms / 1000],
    [{ quantile: 0.99 }, p99Ms / 1000],
    [{ quantile: 1 }, maxMs / 1000],
  ];
  return [
    one("tandem_disk_bytes", "gauge", "Bytes of the store on disk.", diskBytes),
    one("process_resident_memory_bytes", "gauge", "Resident memory.", memoryBytes),
    one("process_cpu_seconds_total", "counter", "CPU time of all threads.", cpuMs / 1000),
    {
      name: "tandem_event_loop_delay_seconds",
      kind: "summary",
      help: "Delay of the main thread's event loop in the last ten seconds.",
      samples: quantiles,
    },
  ];
}

function one(name: string, kind: Metric["kind"], help: string, value: number): Metric {
  return { name, kind, help, samples: [[{}, value]] };
}

function format({ name, kind, help, samples }: Metric): string {
  const lines = samples.map(([labels, value]) => `${name}${formatLabels(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${lines.join("")}`;
}

/** No label of ours holds what would have to be escaped. */
function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
