// What the peers are told of AWS fields, so that none has to guess.

/** Fields whose values are whole numbers, and how large they get. Every other field is text. */
export const NUMBERS = {
  version: "small",
  srcport: "port",
  dstport: "port",
  protocol: "small",
  packets: "large",
  bytes: "large",
  start: "seconds",
  end: "seconds",
  "tcp-flags": "small",
  "traffic-path": "small",
};

/** Text fields that hold addresses, of which there may be as many as rows. */
export const ADDRESSES = new Set(["srcaddr", "dstaddr", "pkt-srcaddr", "pkt-dstaddr"]);

/** The names in the first line of a log. */
export async function fields_of(file) {
  const HEADER_BYTES = 4096;
  let text;
  if (file.name.endsWith(".gz")) {
    const reader = file.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
    text = new TextDecoder().decode((await reader.read()).value.subarray(0, HEADER_BYTES));
    await reader.cancel();
  } else {
    text = await file.slice(0, HEADER_BYTES).text();
  }
  return text.slice(0, text.indexOf("\n")).split(" ");
}

/** How many groups a list answer has. */
export const TOP_ENTRIES = 10;

/** What the filter and the search of the questions look for. */
export const DSTPORT = 443;
export const NEEDLE = "10.0.1";
