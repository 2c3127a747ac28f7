// Requests to a node's API, with what comes back as plain data.

import { expect } from "vitest";

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it by name
  readonly body: any;
}

export async function get(url: string): Promise<Answer> {
  const response = await fetch(url);
  return { status: response.status, body: await response.json() };
}

export async function getBytes(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  expect(response.headers.get("content-type")).toBe("application/octet-stream");
  return new Uint8Array(await response.arrayBuffer());
}

export async function post(url: string, body: Uint8Array | string, type?: string): Promise<Answer> {
  const usual = typeof body === "string" ? "application/json" : "application/octet-stream";
  const headers = { "content-type": type ?? usual };
  const response = await fetch(url, {
    method: "POST",
    headers,
    body: typeof body === "string" ? body : new Uint8Array(body),
  });
  return { status: response.status, body: await response.json() };
}
