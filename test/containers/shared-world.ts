import { BuilderWorld } from "./builder-world";

let world: BuilderWorld;

/** Before all tests: a registry, and in it what stands in for the official images. It takes a minute the first time. */
export default async function start(): Promise<void> {
  world = await BuilderWorld.start();
  world.addBases();
  world.share();
}

export async function stop(): Promise<void> {
  world.stop();
}
