import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { contextIgnore } from "../../lib/image/context/ignore";
import { walk } from "../../lib/image/context/walk";
import { Buildah } from "./buildah";
import { CASES, OTHERWISE, TREE } from "./dockerignore-cases";

const folder = mkdtempSync(join(tmpdir(), "slipway-ignore-"));
const context = join(folder, "context");
const dockerfile = join(folder, "Dockerfile");
const buildah = new Buildah();

beforeAll(() => {
  for (const path of TREE) {
    mkdirSync(join(context, dirname(path)), { recursive: true });
    writeFileSync(join(context, path), path);
  }
  writeFileSync(dockerfile, "FROM scratch\nCOPY . /\n");
});

afterAll(() => {
  buildah.remove();
  rmSync(folder, { recursive: true });
});

/** What goes into the image by these lines, by the builder and by us. Whether `.dockerignore` itself does is no matter. */
function kept(lines: readonly string[]): { readonly builders: string[]; readonly ours: string[] } {
  writeFileSync(join(context, ".dockerignore"), `${lines.join("\n")}\n`);
  const others = (paths: string[]) => paths.filter((path) => path !== ".dockerignore").sort();
  buildah.build(dockerfile, context, "kept");
  return {
    builders: others(buildah.filesOf("kept")),
    ours: others([...walk(context, contextIgnore(context))].map(({ path }) => path)),
  };
}

test.each(CASES.map((lines) => [JSON.stringify(lines), lines] as const))(
  "%s leaves out what the builder leaves out",
  (_name, lines) => {
    const { builders, ours } = kept(lines);
    expect(ours).toEqual(builders);
  },
);

test("the cases are many, and few of them leave out nothing", () => {
  expect(CASES.length).toBeGreaterThanOrEqual(60);
  const idle = CASES.filter((lines) => {
    writeFileSync(join(context, ".dockerignore"), `${lines.join("\n")}\n`);
    return [...walk(context, contextIgnore(context))].length === TREE.length + 1;
  });
  expect(idle.length).toBeLessThan(CASES.length / 4);
});

test.each(OTHERWISE.map((lines) => [JSON.stringify(lines), lines] as const))(
  "%s leaves out less here than there, and nothing more",
  (_name, lines) => {
    const { builders, ours } = kept(lines);
    expect(ours).toEqual(expect.arrayContaining(builders));
    expect(ours.length).toBeGreaterThan(builders.length);
  },
);
