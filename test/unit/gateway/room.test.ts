import { MOST_REQUESTS, Room } from "../../../lib/runtime/gateway/calls/public/room";

const MIB = 1024 * 1024;

function filled(bodies: readonly (number | "chunked")[]) {
  const room = new Room();
  return { room, places: bodies.map((body) => room.enter(body)) };
}

test("so many requests are served at once, and the next when one has left", () => {
  const { room, places } = filled(Array(MOST_REQUESTS).fill(0));
  expect(places).not.toContain(undefined);
  expect(room.enter(0)).toBeUndefined();
  places[0]!.leave();
  expect(room.enter(0)).toBeDefined();
  expect(room.enter(0)).toBeUndefined();
});

test("bodies that are held in memory have 32 MiB together", () => {
  const { room, places } = filled(Array(32).fill(MIB));
  expect(places).not.toContain(undefined);
  expect(room.enter(1)).toBeUndefined();
  places[0]!.leave();
  expect(room.enter(MIB)).toBeDefined();
});

test.each([["chunked"], [MIB + 1]] as const)("of those that are streamed, %s, three are served at once", (body) => {
  const { room, places } = filled([body, body, body]);
  expect(places).not.toContain(undefined);
  expect(room.enter(body)).toBeUndefined();
  expect(room.enter(1000)).toBeDefined();
});

test("without a body there is room beside any", () => {
  const { room } = filled(Array(32).fill(MIB));
  expect(room.enter(0)).toBeDefined();
});

test("who leaves twice leaves once", () => {
  const { room, places } = filled(["chunked", "chunked", "chunked"]);
  places[0]!.leave();
  places[0]!.leave();
  expect(room.enter("chunked")).toBeDefined();
  expect(room.enter("chunked")).toBeUndefined();
});
