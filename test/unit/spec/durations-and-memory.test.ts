import fc from "fast-check";
import { formatMiB, formatSeconds } from "../../../lib/spec";
import { endpoint, messages, platform } from "./parsing";

const startup = (startupTimeout: unknown) => endpoint({ startupTimeout }).spec.startupTimeout;
const disk = (ephemeralDisk: unknown) => endpoint({ ephemeralDisk }).spec.ephemeralDiskGiB;

test.each([
  [90, 90],
  ["90s", 90],
  ["1.5m", 90],
  ["2000ms", 2],
  ["1h", 3600],
  ["1.1m", 66],
  ["60m", 3600],
  ["0.5h", 1800],
])("a duration of %p is %p seconds", (written, seconds) => {
  expect(startup(written)).toBe(seconds);
});

test("a whole number of seconds means the same in every unit", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3600 }), (seconds) => {
      const forms = [seconds, `${seconds}s`, `${seconds * 1000}ms`, formatSeconds(seconds)];
      expect(forms.map(startup)).toEqual(forms.map(() => seconds));
    }),
  );
});

test.each([
  [0, "startupTimeout 0: must be 1s to 1h. Use 1s to 1h."],
  ["0s", 'startupTimeout "0s": must be 1s to 1h. Use 1s to 1h.'],
  [3601, "startupTimeout 3601: must be 1s to 1h. Use 1s to 1h."],
  ["1500ms", 'startupTimeout "1500ms": must come to whole seconds. Use 1s to 1h.'],
  [Number.NaN, 'startupTimeout NaN: must be seconds as a number, or a number with ms, s, m, h or d such as "90s".'],
  ["90", 'startupTimeout "90": must be seconds as a number, or a number with ms, s, m, h or d such as "90s".'],
  ["-1s", 'startupTimeout "-1s": must be seconds as a number'],
  ["1 m", 'startupTimeout "1 m": must be seconds as a number'],
  ["1e3s", 'startupTimeout "1e3s": must be seconds as a number'],
  [{ seconds: 3 }, 'startupTimeout {"seconds":3}: must be seconds as a number'],
])("a duration of %p is refused", (written, message) => {
  expect(messages(() => startup(written))[0]).toContain(`stack/greet: ${message}`);
});

test("a limit that is not Slipway's own is explained", () => {
  expect(messages(() => endpoint({ drainTimeout: "2m" }))).toEqual([
    'stack/greet: drainTimeout "2m": must be 1s to 110s (Fargate kills a container 120 s after SIGTERM). Use 1s to 110s. [SLIPWAY_E_INVALID_VALUE]',
  ]);
  expect(messages(() => platform({ idleTimeout: "2h" }))).toEqual([
    'stack/platform: idleTimeout "2h": must be 11s to 4000s (endpoints answer up to 10 s before it ends, and load balancers end at 4000 s). Use 11s to 4000s. [SLIPWAY_E_INVALID_VALUE]',
  ]);
});

test.each([
  [2048, 2048],
  ["2048MiB", 2048],
  ["2GiB", 2048],
  ["2 GiB", 2048],
  ["2.0GiB", 2048],
])("memory of %p is %p MiB", (memory, mib) => {
  expect(endpoint({ memory }).spec.memoryMiB).toBe(mib);
});

test.each([
  ["21GiB", 21],
  [21504, 21],
  ["21.5GiB", 22],
  ["200GiB", 200],
])("a disk of %p is %p GiB, as Fargate sells whole ones", (written, gib) => {
  expect(disk(written)).toBe(gib);
});

test.each([
  ["2GB", 'memory "2GB": has the unit GB; AWS sells memory in MiB and GiB. Write "2GiB".'],
  ["512mb", 'memory "512mb": has the unit mb; AWS sells memory in MiB and GiB. Write "512MiB".'],
  ["2Gi", 'memory "2Gi": has the unit Gi; AWS sells memory in MiB and GiB. Write "2GiB".'],
  ["0.3MiB", 'memory "0.3MiB": must come to whole MiB. Use 1 MiB to 120 GiB.'],
  [0, "memory 0: must be 1 MiB to 120 GiB. Use 1 MiB to 120 GiB."],
  ["121GiB", 'memory "121GiB": must be 1 MiB to 120 GiB. Use 1 MiB to 120 GiB.'],
  [Number.POSITIVE_INFINITY, "memory Infinity: must be MiB as a number, or a number with MiB or GiB"],
  [10n, "memory 10n: must be MiB as a number, or a number with MiB or GiB"],
  ["", 'memory "": must be MiB as a number, or a number with MiB or GiB such as "2GiB". Write for example "2GiB".'],
])("memory of %p is refused", (written, message) => {
  expect(messages(() => endpoint({ memory: written }))[0]).toContain(`stack/greet: ${message}`);
});

test("the disk's range says what is always included", () => {
  expect(messages(() => disk("20GiB"))).toEqual([
    'stack/greet: ephemeralDisk "20GiB": must be 21 GiB to 200 GiB (20 GiB are always included). Use 21 GiB to 200 GiB. [SLIPWAY_E_INVALID_VALUE]',
  ]);
});

test("amounts are written in the largest unit that keeps them whole", () => {
  expect([59, 60, 90, 3600, 5400, 86400].map(formatSeconds)).toEqual(["59s", "1m", "90s", "1h", "90m", "1d"]);
  expect([512, 1024, 1536, 122880].map(formatMiB)).toEqual(["512 MiB", "1 GiB", "1536 MiB", "120 GiB"]);
});
