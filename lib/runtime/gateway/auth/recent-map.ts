import { ownText } from "../own-text";

/**
 * Holds at most `capacity` entries and forgets the older half when it is full: each step costs the same, where taking the
 * oldest out of a Map one by one would walk over all that were taken out before.
 */
export class RecentMap<V> {
  private young = new Map<string, V>();
  private old = new Map<string, V>();

  constructor(private readonly capacity: number) {}

  get(key: string): V | undefined {
    return this.young.get(key) ?? this.old.get(key);
  }

  set(key: string, value: V): void {
    this.young.set(ownText(key), value);
    if (this.young.size < this.capacity / 2) return;
    this.old = this.young;
    this.young = new Map();
  }
}
